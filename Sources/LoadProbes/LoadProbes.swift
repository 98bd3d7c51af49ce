/// How a system bears load.
