"""What each command does with its options: call, write, and say what was done.

Each function returns what a program would read (JSON-able), and the same in words; libraries are imported where they
are used, so that a command starts as fast as what it needs.
"""
