ALTER TABLE organization ADD COLUMN two_factor_required boolean NOT NULL DEFAULT false;
--> statement-breakpoint
-- The number of the organization's invite link: with another one every earlier link is worthless.
ALTER TABLE organization ADD COLUMN invite_link_version integer NOT NULL DEFAULT 1;
--> statement-breakpoint
ALTER TABLE account ADD COLUMN theme text NOT NULL DEFAULT 'system' CHECK (theme IN ('system', 'light', 'dark'));
--> statement-breakpoint
-- Null: nobody has shown that the address is the account's person's. Whoever brings the address from the identity provider
-- then ends what was set up before.
ALTER TABLE account ADD COLUMN email_proven_at timestamptz;
--> statement-breakpoint
UPDATE account SET email_proven_at = created_at
WHERE id IN (SELECT account_id FROM membership WHERE role = 'owner');
--> statement-breakpoint
-- Nobody could choose a zone so far: what stands there is the former default.
ALTER TABLE account ALTER COLUMN time_zone SET DEFAULT 'auto';
--> statement-breakpoint
UPDATE account SET time_zone = 'auto';
--> statement-breakpoint
-- The link's token is made of the row's id under the instance's key, so that the owner can copy it again; here stands its hash.
CREATE TABLE invite (
  id uuid PRIMARY KEY DEFAULT gurulog_uuidv7(),
  org_id integer NOT NULL REFERENCES organization,
  email text NOT NULL,
  email_key text NOT NULL,
  token_hash bytea NOT NULL UNIQUE,
  invited_by uuid REFERENCES account ON DELETE SET NULL,
  created_at timestamptz NOT NULL DEFAULT gurulog_now(),
  expires_at timestamptz NOT NULL,
  accepted_at timestamptz,
  accepted_by uuid REFERENCES account ON DELETE SET NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX invite_pending ON invite (org_id, email_key) WHERE accepted_at IS NULL;
--> statement-breakpoint
CREATE INDEX invite_invited_by ON invite (invited_by);
--> statement-breakpoint
CREATE INDEX invite_accepted_by ON invite (accepted_by);
--> statement-breakpoint
CREATE TABLE join_request (
  id uuid PRIMARY KEY DEFAULT gurulog_uuidv7(),
  org_id integer NOT NULL REFERENCES organization,
  account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT gurulog_now(),
  CONSTRAINT join_request_one UNIQUE (org_id, account_id)
);
--> statement-breakpoint
CREATE INDEX join_request_account ON join_request (account_id);
--> statement-breakpoint
-- Whom the owner removed: they come in again by the owner's word alone, whatever door stands open.
CREATE TABLE removed_member (
  org_id integer NOT NULL REFERENCES organization,
  account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  removed_at timestamptz NOT NULL DEFAULT gurulog_now(),
  PRIMARY KEY (org_id, account_id)
);
--> statement-breakpoint
CREATE INDEX removed_member_account ON removed_member (account_id);
--> statement-breakpoint
-- Who a person is to an OpenID Connect provider: the issuer's subject, never its e-mail address.
CREATE TABLE identity (
  issuer text NOT NULL,
  subject text NOT NULL,
  account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT gurulog_now(),
  last_used_at timestamptz NOT NULL DEFAULT gurulog_now(),
  PRIMARY KEY (issuer, subject)
);
--> statement-breakpoint
CREATE INDEX identity_account ON identity (account_id);
--> statement-breakpoint
-- The second factor of an account (RFC 6238): the secret under the key ring; the last step taken, so that no code serves twice.
CREATE TABLE account_factor (
  account_id uuid PRIMARY KEY REFERENCES account ON DELETE CASCADE,
  secret bytea NOT NULL,
  confirmed_at timestamptz,
  last_step bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT gurulog_now()
);
--> statement-breakpoint
CREATE TABLE recovery_code (
  account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  code_hash bytea NOT NULL,
  used_at timestamptz,
  PRIMARY KEY (account_id, code_hash)
);
--> statement-breakpoint
-- A sign-in whose first step is done; the cookie carries the id.
CREATE TABLE sign_in_step (
  id_hash bytea PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  method text NOT NULL,
  failures integer NOT NULL DEFAULT 0,
  ip inet,
  user_agent text,
  created_at timestamptz NOT NULL DEFAULT gurulog_now(),
  expires_at timestamptz NOT NULL
);
--> statement-breakpoint
CREATE INDEX sign_in_step_account ON sign_in_step (account_id);
--> statement-breakpoint
CREATE INDEX sign_in_step_expiry ON sign_in_step (expires_at);
--> statement-breakpoint
-- Answers of the OpenID Connect provider that were taken, by the hash of their state, so that none serves twice.
CREATE TABLE oidc_answer (
  state_hash bytea PRIMARY KEY,
  taken_at timestamptz NOT NULL DEFAULT gurulog_now()
);
--> statement-breakpoint
-- What a mail's link is for. As with an invite, the token is made of the id.
CREATE TABLE account_token (
  id uuid PRIMARY KEY DEFAULT gurulog_uuidv7(),
  account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  purpose text NOT NULL CHECK (purpose IN ('password_reset', 'email_change')),
  token_hash bytea NOT NULL UNIQUE,
  -- The address that the account is to have.
  email text,
  created_at timestamptz NOT NULL DEFAULT gurulog_now(),
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
--> statement-breakpoint
CREATE INDEX account_token_account ON account_token (account_id);
--> statement-breakpoint
-- Mails on their way, put here in the transaction of the act that they tell of. Their text is made when they are sent: no link
-- that opens anything stands in the database.
CREATE TABLE mail_message (
  id uuid PRIMARY KEY DEFAULT gurulog_uuidv7(),
  kind text NOT NULL CHECK (kind IN ('invite', 'join_requested', 'join_approved', 'password_reset_by_owner', 'password_reset', 'email_change', 'email_changed')),
  -- The invite, request or token that it is about.
  subject_id uuid,
  account_id uuid REFERENCES account ON DELETE CASCADE,
  address text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT gurulog_now(),
  due_at timestamptz NOT NULL DEFAULT gurulog_now(),
  tries integer NOT NULL DEFAULT 0,
  delivered_at timestamptz,
  given_up_at timestamptz,
  last_error text
);
--> statement-breakpoint
CREATE INDEX mail_message_due ON mail_message (due_at) WHERE delivered_at IS NULL AND given_up_at IS NULL;
--> statement-breakpoint
CREATE INDEX mail_message_account ON mail_message (account_id);
