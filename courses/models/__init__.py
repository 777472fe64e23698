"""Models of the courses, one file for each concept."""

from courses.models.attempts import Attempt
from courses.models.certificates import Certificate, CertificateDocument
from courses.models.classroom import ClassroomPage, ClassroomSession, Seat
from courses.models.enrolments import BlockAnswer, Enrolment, LessonProgress
from courses.models.pages import CourseIndexPage, CoursePage, LessonPage
from courses.models.questions import Question, QuestionBank, QuestionOption
from courses.models.sheets import Confirmation, Identity, Reopening, Sheet, SheetEntry

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
    "Identity",
    "LessonPage",
    "LessonProgress",
    "Question",
    "QuestionBank",
    "QuestionOption",
    "Reopening",
    "Seat",
    "Sheet",
    "SheetEntry",
]
