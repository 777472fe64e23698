"""Models of the courses, one file for each concept."""

from courses.models.attempts import Attempt
from courses.models.certificates import Certificate, CertificateDocument
from courses.models.enrolments import BlockAnswer, Enrolment, LessonProgress
from courses.models.pages import CourseIndexPage, CoursePage, LessonPage
from courses.models.questions import Question, QuestionBank, QuestionOption

__all__ = [
    "Attempt",
    "BlockAnswer",
    "Certificate",
    "CertificateDocument",
    "CourseIndexPage",
    "CoursePage",
    "Enrolment",
    "LessonPage",
    "LessonProgress",
    "Question",
    "QuestionBank",
    "QuestionOption",
]
