"""``python -m sim`` is the console command ``ringfence``."""

from sim.interrupts import watch

if __name__ == "__main__":
    watch()
    from sim.cli import main

    main()
