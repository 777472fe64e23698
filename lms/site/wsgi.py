"""The WSGI entry for gunicorn."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import resolve

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.site.settings.production")
application = get_wsgi_application()
resolve("/")  # loads every view

# What start-up made stays for good: the collector need not walk through it again and again, nor look up at every few
# objects. A third of the CPU of a batch of statements went there (benchmarks/statements.py).
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
