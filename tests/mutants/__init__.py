"""`make mutants`: small mistakes put into the money core, one at a time; each should make a test fail.

mutmut makes the mistakes (it knows no decorated function and nothing outside functions). Its own runner would
start pytest for each of them, which costs a second and more before the first test, so `trying` forks instead:
everything is collected once, every test goes once through the right code to see which functions it reaches,
and a fork that has loaded all of it tries one mutant on the tests that reach its function, until one fails.
"""
