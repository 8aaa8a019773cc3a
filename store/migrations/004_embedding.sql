-- What contributions mean, as vectors of a model; only of rooms that are searched by meaning.
CREATE TABLE embedding (
	contribution_id INTEGER PRIMARY KEY,
	model           TEXT NOT NULL,             -- whose vectors can be compared with each other
	dim             INTEGER NOT NULL,
	vector          BLOB NOT NULL              -- dim signed bytes; their length means nothing
);
