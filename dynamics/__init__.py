"""The maths of games and training rules; knows no torch and no drawing."""
