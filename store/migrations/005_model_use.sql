-- What a language model was used for a network, by month; requests under way count with what they may cost at most.
CREATE TABLE model_use (
	network    TEXT NOT NULL,
	month      TEXT NOT NULL,                  -- YYYY-MM, UTC
	tokens_in  INTEGER NOT NULL DEFAULT 0,
	tokens_out INTEGER NOT NULL DEFAULT 0,
	cost_micro INTEGER NOT NULL DEFAULT 0,     -- millionths, in the currency of the config
	PRIMARY KEY (network, month)
) WITHOUT ROWID;
