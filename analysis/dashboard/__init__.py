"""The dashboard: stored runs and studies in a browser, on this machine, for whoever stays a while.

State is the address alone: a link shows what its sender saw. Nothing is written into the store but
what *Run it* runs, and nothing leaves the machine. Pages reuse the report's sections and charts.
"""
