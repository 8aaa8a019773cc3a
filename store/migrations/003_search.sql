-- Our own index of words. The words themselves stand in search_term only, and go with their last document.

-- who may see a document, and how much there is to see
CREATE TABLE search_scope (
	id     INTEGER PRIMARY KEY,
	name   TEXT NOT NULL UNIQUE,         -- as store.RoomScope and its like make it
	docs   INTEGER NOT NULL,             -- how many documents
	length INTEGER NOT NULL,             -- their words
	next   INTEGER NOT NULL              -- number of the next document
);

CREATE TABLE search_doc (
	scope  INTEGER NOT NULL,
	num    INTEGER NOT NULL,             -- counted up per scope
	ref    INTEGER NOT NULL,             -- a contribution's id, or an offer's with a minus
	kind   INTEGER NOT NULL,
	length INTEGER NOT NULL,             -- words
	PRIMARY KEY (scope, num)
) WITHOUT ROWID;
CREATE UNIQUE INDEX search_doc_ref ON search_doc (ref);

CREATE TABLE search_term (
	id   INTEGER PRIMARY KEY,
	term TEXT NOT NULL UNIQUE
);

-- 4 letters -> terms, 2 bytes each: id - chunk * 65536
CREATE TABLE search_gram (
	gram  INTEGER NOT NULL,
	chunk INTEGER NOT NULL,
	data  BLOB NOT NULL,
	PRIMARY KEY (gram, chunk)
) WITHOUT ROWID;

-- term -> documents, 2 bytes each: num - chunk * 4096 in 12 bits, how often in 2, how long the document is in 2
CREATE TABLE search_posting (
	term  INTEGER NOT NULL,
	scope INTEGER NOT NULL,
	chunk INTEGER NOT NULL,
	data  BLOB NOT NULL,
	PRIMARY KEY (term, scope, chunk)
) WITHOUT ROWID;

-- one row: the analysis that the index was made with; 0 before it was made
CREATE TABLE search_version (
	version INTEGER NOT NULL
);
INSERT INTO search_version VALUES (0);
