"""The scenario format: YAML in, one frozen :class:`~sim.scenario.scenario.Scenario` out.

:func:`sim.scenario.load.load_scenario` is the front door.
"""
