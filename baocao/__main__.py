"""`python -m baocao`, for where the console script is not on the path."""

from baocao.cli import main

if __name__ == "__main__":
    main()
