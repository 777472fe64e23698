"""Pure: the verbs, types and extensions of the statements that this site makes."""

from __future__ import annotations

LAUNCHED = "http://adlnet.gov/expapi/verbs/launched"
INITIALIZED = "http://adlnet.gov/expapi/verbs/initialized"
COMPLETED = "http://adlnet.gov/expapi/verbs/completed"
PASSED = "http://adlnet.gov/expapi/verbs/passed"
FAILED = "http://adlnet.gov/expapi/verbs/failed"
TERMINATED = "http://adlnet.gov/expapi/verbs/terminated"
PROGRESSED = "http://adlnet.gov/expapi/verbs/progressed"
VOIDED = "http://adlnet.gov/expapi/verbs/voided"
ABANDONED = "https://w3id.org/xapi/adl/verbs/abandoned"
WAIVED = "https://w3id.org/xapi/adl/verbs/waived"
SATISFIED = "https://w3id.org/xapi/adl/verbs/satisfied"
AGREE = "http://activitystrea.ms/schema/1.0/agree"
ACKNOWLEDGE = "http://activitystrea.ms/schema/1.0/acknowledge"
CONFIRM = "http://activitystrea.ms/schema/1.0/confirm"

DISPLAY = {
    LAUNCHED: "launched",
    INITIALIZED: "initialized",
    COMPLETED: "completed",
    PASSED: "passed",
    FAILED: "failed",
    TERMINATED: "terminated",
    PROGRESSED: "progressed",
    ABANDONED: "abandoned",
    WAIVED: "waived",
    SATISFIED: "satisfied",
    AGREE: "agreed",
    ACKNOWLEDGE: "acknowledged",
    CONFIRM: "confirmed",
}

CMI5 = "https://w3id.org/xapi/cmi5/context/categories/cmi5"
MOVE_ON = "https://w3id.org/xapi/cmi5/context/categories/moveon"
SESSION_ID = "https://w3id.org/xapi/cmi5/context/extensions/sessionid"
MASTERY_SCORE = "https://w3id.org/xapi/cmi5/context/extensions/masteryscore"
LAUNCH_URL = "https://w3id.org/xapi/cmi5/context/extensions/launchurl"
LAUNCH_MODE = "https://w3id.org/xapi/cmi5/context/extensions/launchmode"
MOVE_ON_EXTENSION = "https://w3id.org/xapi/cmi5/context/extensions/moveon"
REASON = "https://w3id.org/xapi/cmi5/result/extensions/reason"
EQUIVALENT_OUTSIDE = "Equivalent Outside Activity"
COURSE_TYPE = "https://w3id.org/xapi/cmi5/activitytype/course"
MEETING_TYPE = "http://adlnet.gov/expapi/activities/meeting"
DOCUMENT_TYPE = "http://id.tincanapi.com/activitytype/document"
