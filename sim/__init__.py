"""Ringfence: a discrete-event simulator of robocall campaigns.

It never places a call. It answers what a campaign would reach before its cutoff, under each
strategy that its team could choose.
"""

__version__ = "0.1.0"
