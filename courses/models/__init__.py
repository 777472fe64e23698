"""Models of the courses, one file for each concept."""

from courses.models.attempts import Attempt
from courses.models.certificates import Certificate, CertificateDocument
from courses.models.classroom import ClassroomPage, ClassroomSession, Seat
from courses.models.enrolments import BlockAnswer, Enrolment, LessonProgress
from courses.models.external import ExternalLink, ExternalPage, ExternalWay, Way
from courses.models.imports import ImportedProof
from courses.models.pages import CourseIndexPage, CoursePage, LessonPage
from courses.models.proofs import Proof, ProofCheck, ProofDecision, ProofFile, Refusal
from courses.models.questions import Question, QuestionBank, QuestionOption
from courses.models.sheets import Confirmation, Identity, Reopening, Sheet, SheetEntry
from courses.models.tools import Tool, ToolAssertion, ToolLaunch, ToolToken

__all__ = [
    "Attempt",
    "BlockAnswer",
    "Certificate",
    "CertificateDocument",
    "ClassroomPage",
    "ClassroomSession",
    "Confirmation",
    "CourseIndexPage",
    "CoursePage",
    "Enrolment",
    "ExternalLink",
    "ExternalPage",
    "ExternalWay",
    "Identity",
    "ImportedProof",
    "LessonPage",
    "LessonProgress",
    "Proof",
    "ProofCheck",
    "ProofDecision",
    "ProofFile",
    "Question",
    "QuestionBank",
    "QuestionOption",
    "Refusal",
    "Reopening",
    "Seat",
    "Sheet",
    "SheetEntry",
    "Tool",
    "ToolAssertion",
    "ToolLaunch",
    "ToolToken",
    "Way",
]
