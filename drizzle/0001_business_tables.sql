CREATE TABLE "account" (
	"id" uuid PRIMARY KEY DEFAULT gurulog_uuidv7() NOT NULL,
	"email" text NOT NULL,
	"email_key" text NOT NULL,
	"name" text NOT NULL,
	"password_hash" text,
	"must_change_password" boolean DEFAULT false NOT NULL,
	"time_zone" text DEFAULT 'UTC' NOT NULL,
	"created_at" timestamp with time zone DEFAULT gurulog_now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "api_key" (
	"id" uuid PRIMARY KEY DEFAULT gurulog_uuidv7() NOT NULL,
	"org_id" integer NOT NULL,
	"account_id" uuid NOT NULL,
	"name" text NOT NULL,
	"key_hash" "bytea" NOT NULL,
	"scopes" text[] DEFAULT '{}' NOT NULL,
	"expires_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT gurulog_now() NOT NULL,
	"last_used_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "known_browser" (
	"account_id" uuid NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"created_at" timestamp with time zone DEFAULT gurulog_now() NOT NULL,
	"last_used_at" timestamp with time zone DEFAULT gurulog_now() NOT NULL,
	CONSTRAINT "known_browser_account_id_token_hash_pk" PRIMARY KEY("account_id","token_hash")
);
--> statement-breakpoint
CREATE TABLE "membership" (
	"org_id" integer NOT NULL,
	"account_id" uuid NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT gurulog_now() NOT NULL,
	CONSTRAINT "membership_org_id_account_id_pk" PRIMARY KEY("org_id","account_id"),
	CONSTRAINT "membership_role" CHECK (role in ('owner', 'auditor', 'member'))
);
--> statement-breakpoint
CREATE TABLE "organization" (
	"id" integer PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"domain" text DEFAULT '~' NOT NULL,
	"member_approval_required" boolean DEFAULT true NOT NULL,
	"invite_link_enabled" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT gurulog_now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "session" (
	"id_hash" "bytea" PRIMARY KEY NOT NULL,
	"account_id" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT gurulog_now() NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT gurulog_now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"ip" "inet",
	"user_agent" text
);
--> statement-breakpoint
CREATE TABLE "sign_in_delay" (
	"kind" text NOT NULL,
	"key" text NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"last_failure_at" timestamp with time zone NOT NULL,
	"blocked_until" timestamp with time zone,
	CONSTRAINT "sign_in_delay_kind_key_pk" PRIMARY KEY("kind","key")
);
--> statement-breakpoint
CREATE TABLE "attempt" (
	"principal" text NOT NULL,
	"attempt_id" text NOT NULL,
	"command" text NOT NULL,
	"input_digest" "bytea" NOT NULL,
	"outcome" text NOT NULL,
	"message" text,
	"target_id" text,
	"created_at" timestamp with time zone DEFAULT gurulog_now() NOT NULL,
	CONSTRAINT "attempt_principal_attempt_id_pk" PRIMARY KEY("principal","attempt_id")
);
--> statement-breakpoint
CREATE TABLE "audit_counter" (
	"kind" text NOT NULL,
	"principal" text NOT NULL,
	"target" text NOT NULL,
	"minute" timestamp with time zone NOT NULL,
	"count" integer NOT NULL,
	"first_at" timestamp with time zone NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	"event" jsonb NOT NULL,
	"first_event_id" uuid,
	CONSTRAINT "audit_counter_kind_principal_target_minute_pk" PRIMARY KEY("kind","principal","target","minute")
);
--> statement-breakpoint
CREATE TABLE "export_job" (
	"id" uuid PRIMARY KEY DEFAULT gurulog_uuidv7() NOT NULL,
	"org_id" integer NOT NULL,
	"account_id" uuid NOT NULL,
	"guru_id" uuid,
	"format" text NOT NULL,
	"filter" jsonb NOT NULL,
	"file_name" text NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"rows_expected" bigint NOT NULL,
	"rows_sent" bigint DEFAULT 0 NOT NULL,
	"bytes_sent" bigint DEFAULT 0 NOT NULL,
	"cancel_requested" boolean DEFAULT false NOT NULL,
	"event_id" uuid,
	"instance_id" text,
	"created_at" timestamp with time zone DEFAULT gurulog_now() NOT NULL,
	"started_at" timestamp with time zone,
	"heartbeat_at" timestamp with time zone,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "read_window" (
	"kind" text NOT NULL,
	"principal" text NOT NULL,
	"digest" "bytea" NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	CONSTRAINT "read_window_kind_principal_digest_pk" PRIMARY KEY("kind","principal","digest")
);
--> statement-breakpoint
CREATE TABLE "data_source" (
	"id" uuid PRIMARY KEY DEFAULT gurulog_uuidv7() NOT NULL,
	"guru_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"title" text NOT NULL,
	"content" text,
	"upload_id" uuid,
	"file_name" text,
	"size_bytes" bigint DEFAULT 0 NOT NULL,
	"sha256" "bytea" NOT NULL,
	"status" text DEFAULT 'NOT_PROCESSED' NOT NULL,
	"error" text,
	"passages" integer DEFAULT 0 NOT NULL,
	"progress_bytes" bigint DEFAULT 0 NOT NULL,
	"index_run" integer DEFAULT 0 NOT NULL,
	"shown_run" integer DEFAULT 0 NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"heartbeat_at" timestamp with time zone DEFAULT gurulog_now() NOT NULL,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT gurulog_now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT gurulog_now() NOT NULL,
	"indexed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "guru" (
	"id" uuid PRIMARY KEY DEFAULT gurulog_uuidv7() NOT NULL,
	"org_id" integer NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"topics" text DEFAULT '' NOT NULL,
	"intro_text" text DEFAULT '' NOT NULL,
	"example_questions" text[] DEFAULT '{}' NOT NULL,
	"instructions" text DEFAULT '' NOT NULL,
	"visibility" text DEFAULT 'private' NOT NULL,
	"logo" "bytea",
	"logo_type" text,
	"created_at" timestamp with time zone DEFAULT gurulog_now() NOT NULL,
	CONSTRAINT "guru_visibility" CHECK (visibility in ('private', 'organization'))
);
--> statement-breakpoint
CREATE TABLE "guru_role" (
	"guru_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT gurulog_now() NOT NULL,
	CONSTRAINT "guru_role_guru_id_account_id_pk" PRIMARY KEY("guru_id","account_id"),
	CONSTRAINT "guru_role_role" CHECK (role in ('maintainer', 'viewer'))
);
--> statement-breakpoint
CREATE TABLE "passage" (
	"data_source_id" uuid NOT NULL,
	"run" integer NOT NULL,
	"ordinal" integer NOT NULL,
	"guru_id" uuid NOT NULL,
	"heading" text DEFAULT '' NOT NULL,
	"content" text NOT NULL,
	"words" "tsvector" GENERATED ALWAYS AS (to_tsvector('english', heading || ' ' || content)) STORED,
	CONSTRAINT "passage_data_source_id_run_ordinal_pk" PRIMARY KEY("data_source_id","run","ordinal")
);
--> statement-breakpoint
CREATE TABLE "passage_word" (
	"data_source_id" uuid NOT NULL,
	"run" integer NOT NULL,
	"guru_id" uuid NOT NULL,
	"word" text NOT NULL,
	CONSTRAINT "passage_word_data_source_id_run_word_pk" PRIMARY KEY("data_source_id","run","word")
);
--> statement-breakpoint
CREATE TABLE "question" (
	"id" uuid PRIMARY KEY DEFAULT gurulog_uuidv7() NOT NULL,
	"guru_id" uuid NOT NULL,
	"account_id" uuid,
	"door" text NOT NULL,
	"text" text NOT NULL,
	"answered" text NOT NULL,
	"references" jsonb NOT NULL,
	"duration_ms" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT gurulog_now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "retired_guru" (
	"id" uuid PRIMARY KEY NOT NULL,
	"org_id" integer NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"deleted_at" timestamp with time zone DEFAULT gurulog_now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "upload" (
	"id" uuid PRIMARY KEY DEFAULT gurulog_uuidv7() NOT NULL,
	"guru_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"file_name" text NOT NULL,
	"size_bytes" bigint DEFAULT 0 NOT NULL,
	"sha256" "bytea",
	"created_at" timestamp with time zone DEFAULT gurulog_now() NOT NULL,
	"completed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "upload_chunk" (
	"upload_id" uuid NOT NULL,
	"ordinal" integer NOT NULL,
	"data" "bytea" NOT NULL,
	CONSTRAINT "upload_chunk_upload_id_ordinal_pk" PRIMARY KEY("upload_id","ordinal")
);
--> statement-breakpoint
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_org_id_organization_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_account_id_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "known_browser" ADD CONSTRAINT "known_browser_account_id_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "membership" ADD CONSTRAINT "membership_org_id_organization_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "membership" ADD CONSTRAINT "membership_account_id_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_account_id_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "data_source" ADD CONSTRAINT "data_source_guru_id_guru_id_fk" FOREIGN KEY ("guru_id") REFERENCES "public"."guru"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guru" ADD CONSTRAINT "guru_org_id_organization_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organization"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guru_role" ADD CONSTRAINT "guru_role_guru_id_guru_id_fk" FOREIGN KEY ("guru_id") REFERENCES "public"."guru"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guru_role" ADD CONSTRAINT "guru_role_account_id_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "passage" ADD CONSTRAINT "passage_data_source_id_data_source_id_fk" FOREIGN KEY ("data_source_id") REFERENCES "public"."data_source"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "passage" ADD CONSTRAINT "passage_guru_id_guru_id_fk" FOREIGN KEY ("guru_id") REFERENCES "public"."guru"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "passage_word" ADD CONSTRAINT "passage_word_data_source_id_data_source_id_fk" FOREIGN KEY ("data_source_id") REFERENCES "public"."data_source"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "question" ADD CONSTRAINT "question_guru_id_guru_id_fk" FOREIGN KEY ("guru_id") REFERENCES "public"."guru"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "upload" ADD CONSTRAINT "upload_guru_id_guru_id_fk" FOREIGN KEY ("guru_id") REFERENCES "public"."guru"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "upload_chunk" ADD CONSTRAINT "upload_chunk_upload_id_upload_id_fk" FOREIGN KEY ("upload_id") REFERENCES "public"."upload"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "account_email_key" ON "account" USING btree ("email_key");--> statement-breakpoint
CREATE UNIQUE INDEX "api_key_hash" ON "api_key" USING btree ("key_hash");--> statement-breakpoint
CREATE UNIQUE INDEX "api_key_name" ON "api_key" USING btree ("account_id","name");--> statement-breakpoint
CREATE UNIQUE INDEX "membership_one_owner" ON "membership" USING btree ("org_id") WHERE role = 'owner';--> statement-breakpoint
CREATE INDEX "membership_account" ON "membership" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "session_account" ON "session" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "sign_in_delay_age" ON "sign_in_delay" USING btree ("last_failure_at");--> statement-breakpoint
CREATE INDEX "attempt_age" ON "attempt" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "audit_counter_minute" ON "audit_counter" USING btree ("minute");--> statement-breakpoint
CREATE INDEX "export_job_account" ON "export_job" USING btree ("account_id",created_at desc);--> statement-breakpoint
CREATE UNIQUE INDEX "data_source_title" ON "data_source" USING btree ("guru_id","title");--> statement-breakpoint
CREATE UNIQUE INDEX "data_source_upload" ON "data_source" USING btree ("upload_id") WHERE upload_id is not null;--> statement-breakpoint
CREATE INDEX "data_source_digest" ON "data_source" USING btree ("guru_id","sha256");--> statement-breakpoint
CREATE INDEX "data_source_waiting" ON "data_source" USING btree ("heartbeat_at") WHERE status in ('NOT_PROCESSED', 'PROCESSING');--> statement-breakpoint
CREATE UNIQUE INDEX "guru_slug" ON "guru" USING btree ("org_id","slug");--> statement-breakpoint
CREATE INDEX "guru_role_account" ON "guru_role" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "passage_guru" ON "passage" USING btree ("guru_id");--> statement-breakpoint
CREATE INDEX "passage_words" ON "passage" USING gin ("guru_id","words");--> statement-breakpoint
CREATE INDEX "passage_word_trigrams" ON "passage_word" USING gin ("guru_id",word gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "question_guru" ON "question" USING btree ("guru_id","created_at");--> statement-breakpoint
CREATE INDEX "retired_guru_slug" ON "retired_guru" USING btree ("org_id","slug");--> statement-breakpoint
CREATE INDEX "upload_account" ON "upload" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "upload_guru" ON "upload" USING btree ("guru_id");--> statement-breakpoint
-- Chunks are read whole and once: compressing them would cost more than it saves.
ALTER TABLE "upload_chunk" ALTER COLUMN "data" SET STORAGE EXTERNAL;
