"""Schedules as pages that a person prints and pins up."""

from api.exports.pdf.pdf_file import pdf_file

__all__ = ["pdf_file"]
