"""Tests of the stand-in for Stripe, through the real SDK."""
