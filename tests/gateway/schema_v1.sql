CREATE TABLE about (
    name VARCHAR(64) NOT NULL, 
    value TEXT NOT NULL, 
    PRIMARY KEY (name)
);
CREATE TABLE batches (
    unit VARCHAR(18) NOT NULL, 
    id VARCHAR(64) NOT NULL, 
    idempotency_key VARCHAR(255) NOT NULL, 
    device VARCHAR(128) NOT NULL, 
    user VARCHAR(64) NOT NULL, 
    body_sha256 VARCHAR(64) NOT NULL, 
    answer TEXT NOT NULL, 
    received_at VARCHAR(40) NOT NULL, 
    PRIMARY KEY (unit, id), 
    UNIQUE (unit, idempotency_key)
);
CREATE TABLE login_failures (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
    who VARCHAR(64) NOT NULL, 
    at BIGINT NOT NULL
);
CREATE INDEX ix_login_failures_at ON login_failures (at);
CREATE INDEX ix_login_failures_who ON login_failures (who);
CREATE TABLE receipt_numbers (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT
);
CREATE TABLE records (
    id VARCHAR(64) NOT NULL, 
    unit VARCHAR(18) NOT NULL, 
    form VARCHAR(64) NOT NULL, 
    revision INTEGER NOT NULL, 
    operation VARCHAR(1) NOT NULL, 
    number TEXT NOT NULL, 
    party_code TEXT NOT NULL, 
    act_date TEXT NOT NULL, 
    PRIMARY KEY (id)
);
CREATE INDEX records_by_date ON records (unit, form, act_date);
CREATE INDEX records_by_number ON records (unit, form, number);
CREATE INDEX records_by_party ON records (unit, form, party_code);
CREATE TABLE sessions (
    token_hash VARCHAR(64) NOT NULL, 
    user VARCHAR(64) NOT NULL, 
    device VARCHAR(128) NOT NULL, 
    expires BIGINT NOT NULL, 
    PRIMARY KEY (token_hash)
);
CREATE INDEX ix_sessions_expires ON sessions (expires);
CREATE INDEX ix_sessions_user ON sessions (user);
CREATE TABLE users (
    name VARCHAR(64) NOT NULL, 
    unit VARCHAR(18) NOT NULL, 
    role VARCHAR(16) NOT NULL, 
    password_hash TEXT NOT NULL, 
    created_at VARCHAR(40) NOT NULL, 
    PRIMARY KEY (name)
);
CREATE TABLE records_kept (
    id VARCHAR(64) NOT NULL, 
    revision INTEGER NOT NULL, 
    base_revision INTEGER NOT NULL, 
    form VARCHAR(64) NOT NULL, 
    form_version INTEGER NOT NULL, 
    operation VARCHAR(1) NOT NULL, 
    unit VARCHAR(18) NOT NULL, 
    author TEXT NOT NULL, 
    content TEXT NOT NULL, 
    reasons TEXT NOT NULL, 
    attachments TEXT NOT NULL, 
    sha256 VARCHAR(64) NOT NULL, 
    receipt_no VARCHAR(32) NOT NULL, 
    received_at VARCHAR(40) NOT NULL, 
    batch_id VARCHAR(64) NOT NULL, 
    PRIMARY KEY (id, revision), 
    FOREIGN KEY(id) REFERENCES records (id), 
    FOREIGN KEY(unit, batch_id) REFERENCES batches (unit, id), 
    UNIQUE (receipt_no)
);
CREATE INDEX records_kept_by_time ON records_kept (unit, received_at);
