-- A store as nerloop wrote it before its first release, at schema 0002.
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE claim (
	project VARCHAR(64) NOT NULL, 
	exact_hash VARCHAR(64) NOT NULL, 
	slot INTEGER NOT NULL, 
	served_id INTEGER NOT NULL, 
	document_id INTEGER, 
	claimed_at DATETIME NOT NULL, 
	CONSTRAINT pk_claim PRIMARY KEY (project, exact_hash, slot), 
	CONSTRAINT fk_claim_document_id FOREIGN KEY(document_id) REFERENCES document (id), 
	CONSTRAINT fk_claim_served_id FOREIGN KEY(served_id) REFERENCES served (id)
);
INSERT INTO "claim" VALUES('papers','11b1dead9a96892eeb70a3ed0fac7d26d37a041513d395eacc726a87222ee320',0,1,NULL,'2026-11-24 09:04:00.000000');
CREATE TABLE document (
	id INTEGER NOT NULL, 
	project VARCHAR(64) NOT NULL, 
	source VARCHAR(16) NOT NULL, 
	external_id VARCHAR(64) NOT NULL, 
	exact_hash VARCHAR(64) NOT NULL, 
	text_hash VARCHAR(64) NOT NULL, 
	side VARCHAR(16) NOT NULL, 
	approved BOOLEAN NOT NULL, 
	deleted BOOLEAN NOT NULL, 
	first_seen_at DATETIME NOT NULL, 
	CONSTRAINT pk_document PRIMARY KEY (id), 
	CONSTRAINT uq_document_project_source_external_id UNIQUE (project, source, external_id)
);
INSERT INTO "document" VALUES(1,'papers','doccano','1','4933979b4fe5855ef0f49e2bb60132b4e7b48388241ec4fc2c6008f91df20cab','179c42815cc046d5e8b1ce03ff4533fdb57148c96f5fb6fe164cf90615562eae','train',1,0,'2026-11-24 09:00:00.000000');
INSERT INTO "document" VALUES(2,'papers','doccano','2','7433c8f1277f1926e0fd06fea5d40780305580659ecd6e6c6a83aeafbd3db46f','90273d2e1db91afb10c8458e39efcd1fc1caea12763b6cf981f078795377a404','train',1,0,'2026-11-24 09:00:00.000000');
INSERT INTO "document" VALUES(3,'papers','doccano','3','64d21fc57516bbad410d84d0d7d364ebbf803cff03265f203c867a3c5d1adb63','b34d22d04feeae20d68e311ff0dc01f6c71188e788a02328f7c18f507cc334fb','train',1,0,'2026-11-24 09:00:00.000000');
INSERT INTO "document" VALUES(4,'papers','doccano','4','2113cdb5c72ee363268079dfffd94e68b5b19568f4ba074c7844c79df0448582','ec8b4bcd5279773c7536f2e0a222b71137d0a2185861c6ec020056bf794c6b9e','held_out',1,0,'2026-11-24 09:00:00.000000');
INSERT INTO "document" VALUES(5,'papers','doccano','5','2605813be55b37f23c7629129cc607255082ff6052d209501a653b4c6349bba7','206d5d099d3864b95c4740e46a5fd9afdb8035ed2d0bf461eb0a7d2a086ad487','train',1,0,'2026-11-24 09:00:00.000000');
INSERT INTO "document" VALUES(6,'papers','doccano','6','9df0868e9a0c293efefaeb02c9cb374ac96a0d6cb70a0e884cd17a7f07e13ab1','b6959f928b91d35f91c35f5c790c60eb5f9751102d093db8519c5f92cbeb056e','train',1,0,'2026-11-24 09:00:00.000000');
INSERT INTO "document" VALUES(7,'papers','doccano','7','c76320e13a8779b7e7edcae9c627d83f001e6d4a8939620863a7557dafc4aeca','d6c5de3b0b829693d8985262d3fe2086daa7115b46921d5895df8fd23e19ffc3','train',1,0,'2026-11-24 09:00:00.000000');
INSERT INTO "document" VALUES(8,'papers','doccano','8','a4386d4716bc7ee9f80104ac4e1c5ad2a72b3c2c5af9000d1f6d389fb57cc730','b68c76afba1d7aa11f69e742218ee2c615bc9c7d8dd2202e4b63bb07944dcdde','train',0,0,'2026-11-24 09:00:00.000000');
INSERT INTO "document" VALUES(9,'papers','doccano','9','11b1dead9a96892eeb70a3ed0fac7d26d37a041513d395eacc726a87222ee320','0f34f197c7058b7c6a29c3203d10535d66b26ed89b1ec0a35d1c7297f9c974cf','train',0,0,'2026-11-24 09:00:00.000000');
INSERT INTO "document" VALUES(10,'papers','doccano','10','111949af58ecbbe230ec7109cb108e859749e92762ecd929f7f27cc907c3696d','f84f20c8513da70b7e8a723305bd32963f22d9780cb72a0c08134b4a10b68544','train',0,0,'2026-11-24 09:00:00.000000');
INSERT INTO "document" VALUES(11,'papers','import','gold-1','0031458d1219712adfb3b35523fb6f408004213905cf8f181d635e6ac33c417c','2b26a07b1961720de3e819c6fd0d2d1ddaca323cada93dc675e0f6ab92bb7c99','train',1,0,'2026-11-24 09:03:00.000000');
CREATE TABLE label (
	project VARCHAR(64) NOT NULL, 
	doccano_id INTEGER NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	deleted BOOLEAN NOT NULL, 
	CONSTRAINT pk_label PRIMARY KEY (project, doccano_id)
);
INSERT INTO "label" VALUES('papers',3,'ORG',0);
INSERT INTO "label" VALUES('papers',7,'CITY',0);
CREATE TABLE project (
	slug VARCHAR(64) NOT NULL, 
	collaborative BOOLEAN NOT NULL, 
	grapheme_mode BOOLEAN NOT NULL, 
	allow_overlapping BOOLEAN NOT NULL, 
	use_relation BOOLEAN NOT NULL, 
	seen_at DATETIME NOT NULL, 
	CONSTRAINT pk_project PRIMARY KEY (slug)
);
INSERT INTO "project" VALUES('papers',1,0,0,0,'2026-11-24 09:00:00.000000');
CREATE TABLE pull (
	project VARCHAR(64) NOT NULL, 
	gate VARCHAR(64), 
	gate_exported VARCHAR(64), 
	exported_at DATETIME, 
	checked_served_id INTEGER NOT NULL, 
	held_back JSON NOT NULL, 
	last_error TEXT, 
	pulled_at DATETIME, 
	CONSTRAINT pk_pull PRIMARY KEY (project)
);
INSERT INTO "pull" VALUES('papers','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','2026-11-24 09:03:00.000000',1,'["5"]',NULL,'2026-11-24 09:11:00.000000');
CREATE TABLE revision (
	id INTEGER NOT NULL, 
	project VARCHAR(64) NOT NULL, 
	document_id INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	reason VARCHAR(255), 
	text TEXT NOT NULL, 
	spans JSON NOT NULL, 
	content_hash VARCHAR(64) NOT NULL, 
	annotators JSON NOT NULL, 
	agreement DOUBLE, 
	seen_at DATETIME NOT NULL, 
	CONSTRAINT pk_revision PRIMARY KEY (id), 
	CONSTRAINT fk_revision_document_id FOREIGN KEY(document_id) REFERENCES document (id)
);
INSERT INTO "revision" VALUES(1,'papers',1,'approved',NULL,'Paper 1: University of Bonn','[[9, 27, "3"]]','e0229f2c6d1914aa26a82fcc36eaf85fdc5a947986ddac3986a25b701ff0b2ff','[]',NULL,'2026-11-24 09:01:00.000000');
INSERT INTO "revision" VALUES(2,'papers',2,'approved',NULL,'Paper 2: University of Kiel','[[9, 27, "3"]]','1ca84ce3361655771feab4793fb57a705014c880c55149023db7366b4224bb4f','["ann"]',0.9,'2026-11-24 09:01:00.000000');
INSERT INTO "revision" VALUES(3,'papers',3,'approved',NULL,'Paper 3: University of Trier','[[9, 28, "3"]]','cd8b4b0de1f0ead04c550f5e4c38afd852fa345cf47aa8978e9d579d60094bb0','[]',NULL,'2026-11-24 09:01:00.000000');
INSERT INTO "revision" VALUES(4,'papers',4,'approved',NULL,'😀 Paper 4: University of Jena','[[11, 29, "3"]]','2222ac27dd7c9d5de675bbd56a1204d13e7f0da9ae643c2fc704255a93489adb','[]',NULL,'2026-11-24 09:01:00.000000');
INSERT INTO "revision" VALUES(5,'papers',5,'approved',NULL,'Paper 5: University of Ulm','[[9, 26, "3"]]','170cc902e41f48b6a23844e1eea95a0952d49e22445febac5feb6edb7c287232','[]',NULL,'2026-11-24 09:01:00.000000');
INSERT INTO "revision" VALUES(6,'papers',6,'approved',NULL,'Paper 6: University of Gera','[[9, 27, "3"]]','b528c3c74afebba595c83773107eddac8a3cbfae768f22bad68567e1dcbedaf5','[]',NULL,'2026-11-24 09:01:00.000000');
INSERT INTO "revision" VALUES(7,'papers',7,'approved',NULL,'Paper 7: University of Mainz','[[9, 28, "3"]]','d6232f55991d9d6244bbe249635c8ecf9ec6c1fef8d0bafebf84b5c02fd70fcc','[]',NULL,'2026-11-24 09:01:00.000000');
INSERT INTO "revision" VALUES(8,'papers',8,'approved',NULL,'😀 Paper 8: University of Köln','[[11, 29, "3"]]','793edb145a9b1339e97cad0d7bbac765be001b5334e0c274fce7a2888b8baeea','[]',NULL,'2026-11-24 09:01:00.000000');
INSERT INTO "revision" VALUES(9,'papers',1,'approved',NULL,'Paper 1: University of Bonn','[[9, 27, "7"]]','0fbb86fc7b88d6973db972c9845ab1f123f3d98f350dd336558e9aef13a4738f','[]',NULL,'2026-11-24 09:02:00.000000');
INSERT INTO "revision" VALUES(10,'papers',8,'withdrawn','unticked','','[]','','[]',NULL,'2026-11-24 09:03:00.000000');
INSERT INTO "revision" VALUES(11,'papers',11,'approved',NULL,'Imported: University of Fulda','[[10, 29, "3"]]','be3cdf6afe5ceff1c2b3d9c3948b1b5b5556f3f621b4117b450cdae08dcc2b1d','[]',NULL,'2026-11-24 09:03:00.000000');
CREATE TABLE run (
	id INTEGER NOT NULL, 
	project VARCHAR(64) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	"key" VARCHAR(64) NOT NULL, 
	fingerprint VARCHAR(64) NOT NULL, 
	parameters JSON NOT NULL, 
	last_revision_id INTEGER NOT NULL, 
	forced BOOLEAN NOT NULL, 
	host VARCHAR(255) NOT NULL, 
	attempt INTEGER NOT NULL, 
	started_at DATETIME NOT NULL, 
	heartbeat_at DATETIME NOT NULL, 
	finished_at DATETIME, 
	documents INTEGER NOT NULL, 
	version VARCHAR(32), 
	compared_with VARCHAR(32), 
	reasons JSON NOT NULL, 
	scores JSON, 
	error TEXT, start_reasons JSON, 
	CONSTRAINT pk_run PRIMARY KEY (id)
);
INSERT INTO "run" VALUES(1,'papers','promoted','f40f1a10f5034b3cf30a660645d0492f40a485453ff8f7405784eb6c2b7ce7a1','f1','{"seed": 1}',8,0,'here',1,'2026-11-24 09:06:00.000000','2026-11-24 09:08:00.000000','2026-11-24 09:08:00.000000',6,'v0001',NULL,'["first model"]','{"challenger": {"strict": {"micro": {"f1": 0.5}}}}',NULL,'["there is no champion"]');
INSERT INTO "run" VALUES(2,'papers','failed','e83e02b69b2fef47282a4ae113aa49cab9a8a66c7bff25996d28be7e7fb26274','f2','{"seed": 1, "warm_from": "v0001"}',9,0,'here',1,'2026-11-24 09:09:00.000000','2026-11-24 09:10:00.000000','2026-11-24 09:10:00.000000',7,NULL,NULL,'[]','null','the disk is full','[]');
CREATE TABLE served (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	project VARCHAR(64) NOT NULL, 
	exact_hash VARCHAR(64) NOT NULL, 
	outcome VARCHAR(32) NOT NULL, 
	model_version VARCHAR(32), 
	spans JSON NOT NULL, 
	scores JSON NOT NULL, 
	served_at DATETIME NOT NULL
);
INSERT INTO "served" VALUES(1,'papers','11b1dead9a96892eeb70a3ed0fac7d26d37a041513d395eacc726a87222ee320','answered','v0001','[[9, 28, "ORG"]]','[0.93]','2026-11-24 09:04:00.000000');
INSERT INTO "served" VALUES(2,'papers','63ba105642003a2618d3fbb2ea9314935d4d708a0afdba033069facf3596fd0f','unknown_text',NULL,'[]','[]','2026-11-24 09:05:00.000000');
CREATE TABLE side (
	project VARCHAR(64) NOT NULL, 
	text_hash VARCHAR(64) NOT NULL, 
	side VARCHAR(16) NOT NULL, 
	CONSTRAINT pk_side PRIMARY KEY (project, text_hash)
);
INSERT INTO "side" VALUES('papers','179c42815cc046d5e8b1ce03ff4533fdb57148c96f5fb6fe164cf90615562eae','train');
INSERT INTO "side" VALUES('papers','90273d2e1db91afb10c8458e39efcd1fc1caea12763b6cf981f078795377a404','train');
INSERT INTO "side" VALUES('papers','b34d22d04feeae20d68e311ff0dc01f6c71188e788a02328f7c18f507cc334fb','train');
INSERT INTO "side" VALUES('papers','ec8b4bcd5279773c7536f2e0a222b71137d0a2185861c6ec020056bf794c6b9e','held_out');
INSERT INTO "side" VALUES('papers','206d5d099d3864b95c4740e46a5fd9afdb8035ed2d0bf461eb0a7d2a086ad487','train');
INSERT INTO "side" VALUES('papers','b6959f928b91d35f91c35f5c790c60eb5f9751102d093db8519c5f92cbeb056e','train');
INSERT INTO "side" VALUES('papers','d6c5de3b0b829693d8985262d3fe2086daa7115b46921d5895df8fd23e19ffc3','train');
INSERT INTO "side" VALUES('papers','b68c76afba1d7aa11f69e742218ee2c615bc9c7d8dd2202e4b63bb07944dcdde','train');
INSERT INTO "side" VALUES('papers','0f34f197c7058b7c6a29c3203d10535d66b26ed89b1ec0a35d1c7297f9c974cf','train');
INSERT INTO "side" VALUES('papers','f84f20c8513da70b7e8a723305bd32963f22d9780cb72a0c08134b4a10b68544','train');
INSERT INTO "side" VALUES('papers','2b26a07b1961720de3e819c6fd0d2d1ddaca323cada93dc675e0f6ab92bb7c99','train');
CREATE TABLE token (
	kind VARCHAR(16) NOT NULL, 
	project VARCHAR(64) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT pk_token PRIMARY KEY (kind, project)
);
INSERT INTO "token" VALUES('predict','papers','754619b4548ba8e4a022f752630cc9606d5aa60b8b91b032496e1722f753236f','2026-11-24 09:00:00.000000');
INSERT INTO "token" VALUES('admin','','83cc6c45279319582734b63a226e8147b371695dd76cdef90de35a71e51f625a','2026-11-24 09:00:00.000000');
CREATE INDEX ix_document_project_exact_hash ON document (project, exact_hash);
CREATE INDEX ix_revision_project_document_id ON revision (project, document_id);
CREATE INDEX ix_run_project_state ON run (project, state);
CREATE INDEX ix_served_project_exact_hash ON served (project, exact_hash);
CREATE INDEX ix_served_project_served_at ON served (project, served_at);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('served',2);
COMMIT;
