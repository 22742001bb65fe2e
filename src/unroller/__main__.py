"""`python -m unroller` is `unroll`."""

from unroller.cli import main

if __name__ == "__main__":
    main()
