"""``python -m sim`` is the console command ``ringfence``."""

from sim.cli import main

if __name__ == "__main__":
    main()
