#pragma once

#include <array>

namespace flyball::store {

/// Migrations in order: version n is reached by running the n-th (counting from 1). Never edited once released.
inline constexpr std::array migrations = {R"sql(
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE events (
  n INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind TEXT NOT NULL, actor TEXT NOT NULL, subject TEXT NOT NULL,
  cause TEXT NOT NULL, body BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
CREATE INDEX events_by_subject ON events (subject, n);

CREATE TABLE releases (
  sequence INTEGER PRIMARY KEY, revision TEXT NOT NULL, subject TEXT NOT NULL, author TEXT NOT NULL, root BLOB NOT NULL,
  statement_digest BLOB NOT NULL, state TEXT NOT NULL, held TEXT NOT NULL, approved_by TEXT NOT NULL,
  approval_reason TEXT NOT NULL, time INTEGER NOT NULL, statement BLOB NOT NULL, signature BLOB NOT NULL) STRICT;
CREATE INDEX releases_by_revision ON releases (revision, sequence);

CREATE TABLE devices (
  device TEXT PRIMARY KEY, key BLOB NOT NULL, public_key BLOB NOT NULL, enrolled INTEGER NOT NULL,
  refused INTEGER NOT NULL, wake INTEGER NOT NULL, assigned INTEGER NOT NULL, manifest BLOB NOT NULL,
  generation INTEGER NOT NULL) STRICT;

CREATE TABLE statuses (
  device TEXT PRIMARY KEY, received INTEGER NOT NULL, state TEXT NOT NULL, sequence INTEGER NOT NULL,
  manifest BLOB NOT NULL, boot TEXT NOT NULL, number INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX statuses_not_ready ON statuses (state, device) WHERE state <> 'Ready';

CREATE TABLE facts (device TEXT PRIMARY KEY, received INTEGER NOT NULL, digest BLOB NOT NULL, body BLOB NOT NULL) STRICT;

CREATE TABLE device_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL, key BLOB NOT NULL, number INTEGER NOT NULL,
  received INTEGER NOT NULL, time INTEGER NOT NULL, kind TEXT NOT NULL, resource TEXT NOT NULL, reason TEXT NOT NULL,
  sequence INTEGER NOT NULL, body BLOB NOT NULL, UNIQUE (device, key, number)) STRICT;
CREATE INDEX device_events_corrective ON device_events (received) WHERE reason = 'corrective';

CREATE TABLE enrolment_tokens (
  id BLOB PRIMARY KEY, public_key BLOB NOT NULL, device TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL,
  used INTEGER) STRICT;

CREATE TABLE api_tokens (
  id TEXT PRIMARY KEY, hash BLOB NOT NULL UNIQUE, person TEXT NOT NULL, roles TEXT NOT NULL, created INTEGER NOT NULL,
  expires INTEGER NOT NULL) STRICT;
)sql"};

}  // namespace flyball::store
