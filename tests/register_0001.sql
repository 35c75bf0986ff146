BEGIN TRANSACTION;
CREATE TABLE contents (
	digest VARCHAR(64) NOT NULL, 
	content BLOB NOT NULL, 
	PRIMARY KEY (digest)
);
INSERT INTO "contents" VALUES('07397d633f25a7101990a75864ae03d5a3b9ac07c4ed6accbc52cbfd7d7c13b4',X'666F726D');
INSERT INTO "contents" VALUES('21ab1cc894c794e28a118f17a78c16a250e8e2b472ec52b5edb05adf532b1708',X'42E1BAA36E67206368E1BAA56D20C49169E1BB836D2061');
INSERT INTO "contents" VALUES('86ae35d58a6aa3b5742df94ef9d7162219f0106a911ae1954c1f0604aaec805d',X'6465636973696F6E');
INSERT INTO "contents" VALUES('3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d',X'62');
INSERT INTO "contents" VALUES('b4c9e14061c2fd453b36700e3b0da008db2189c711ac629f0f583089164e267d',X'616761696E');
CREATE TABLE deliveries (
	id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	place TEXT NOT NULL, 
	path TEXT NOT NULL, 
	delivered BOOLEAN NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(position) REFERENCES entries (position), 
	FOREIGN KEY(digest) REFERENCES contents (digest)
);
INSERT INTO "deliveries" VALUES(1,1,'21ab1cc894c794e28a118f17a78c16a250e8e2b472ec52b5edb05adf532b1708','','/van-ban/2021-0001.docx',1);
INSERT INTO "deliveries" VALUES(2,2,'86ae35d58a6aa3b5742df94ef9d7162219f0106a911ae1954c1f0604aaec805d','','/van-ban/quyet-dinh.docx',1);
INSERT INTO "deliveries" VALUES(3,3,'3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d','','/van-ban/2022-0001.docx',0);
INSERT INTO "deliveries" VALUES(4,5,'b4c9e14061c2fd453b36700e3b0da008db2189c711ac629f0f583089164e267d','','/van-ban/2021-0002.docx',0);
CREATE TABLE entries (
	position INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	year INTEGER NOT NULL, 
	counter INTEGER NOT NULL, 
	organization TEXT NOT NULL, 
	form TEXT NOT NULL, 
	replaces INTEGER, 
	effective VARCHAR(10) NOT NULL, 
	recorded VARCHAR(20) NOT NULL, 
	"by" TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	decision_number TEXT, 
	decision_date VARCHAR(10), 
	decision_body TEXT, 
	payload TEXT NOT NULL, 
	previous VARCHAR(64) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	PRIMARY KEY (position), 
	CONSTRAINT entries_kind CHECK (kind IN ('issued', 'decided', 'corrected', 'revoked', 'reissued'))
);
INSERT INTO "entries" VALUES(1,'issued',2021,1,'a','hoi-quan-chung',NULL,'2021-12-05','2021-12-05T12:00:00Z','Nguyễn Văn Bình','phát hiện có khuyết điểm',NULL,NULL,NULL,'{"organization":"a"}','0000000000000000000000000000000000000000000000000000000000000000','d8738b47c39837d9065f97ebdf5ef6cadd1c59f410444b2df3e7d227425fd649');
INSERT INTO "entries" VALUES(2,'decided',2021,1,'a','hoi-quan-chung',NULL,'2021-12-05','2021-12-05T12:00:00Z','Nguyễn Văn Bình','','125-QĐ/HU','2021-12-05','Ban Thường vụ','{"rating":"good"}','d8738b47c39837d9065f97ebdf5ef6cadd1c59f410444b2df3e7d227425fd649','556717775a92bd344cd4c857ef0ac8eefcfd896ca7d28c4eadf1e84fa6881d72');
INSERT INTO "entries" VALUES(3,'issued',2022,1,'b','hoi-quan-chung',NULL,'2021-12-05','2021-12-05T12:00:00Z','Nguyễn Văn Bình','phát hiện có khuyết điểm',NULL,NULL,NULL,'{"organization":"b"}','556717775a92bd344cd4c857ef0ac8eefcfd896ca7d28c4eadf1e84fa6881d72','9f31be6dfddbe7c3e0aa6e564292b86549c6c564af3358c1409edaea84d36a94');
INSERT INTO "entries" VALUES(4,'revoked',2021,1,'a','hoi-quan-chung',NULL,'2021-12-05','2021-12-05T12:00:00Z','Nguyễn Văn Bình','phát hiện có khuyết điểm',NULL,NULL,NULL,'{}','9f31be6dfddbe7c3e0aa6e564292b86549c6c564af3358c1409edaea84d36a94','6c603140bec9f4b0499e499219a3564d2986879d41f19f003284e1a1a285e2c5');
INSERT INTO "entries" VALUES(5,'reissued',2021,2,'a','hoi-quan-chung',1,'2021-12-05','2021-12-05T12:00:00Z','Nguyễn Văn Bình','phát hiện có khuyết điểm',NULL,NULL,NULL,'{}','6c603140bec9f4b0499e499219a3564d2986879d41f19f003284e1a1a285e2c5','f67ad4d48aab0b37898455ac01fecb130b170d0fca4c42e37cd4ed317f07b470');
CREATE TABLE entry_contents (
	position INTEGER NOT NULL, 
	role VARCHAR(64) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	PRIMARY KEY (position, role), 
	FOREIGN KEY(position) REFERENCES entries (position), 
	FOREIGN KEY(digest) REFERENCES contents (digest)
);
INSERT INTO "entry_contents" VALUES(1,'document','21ab1cc894c794e28a118f17a78c16a250e8e2b472ec52b5edb05adf532b1708');
INSERT INTO "entry_contents" VALUES(1,'form','07397d633f25a7101990a75864ae03d5a3b9ac07c4ed6accbc52cbfd7d7c13b4');
INSERT INTO "entry_contents" VALUES(2,'decision','86ae35d58a6aa3b5742df94ef9d7162219f0106a911ae1954c1f0604aaec805d');
INSERT INTO "entry_contents" VALUES(3,'document','3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d');
INSERT INTO "entry_contents" VALUES(5,'document','b4c9e14061c2fd453b36700e3b0da008db2189c711ac629f0f583089164e267d');
INSERT INTO "entry_contents" VALUES(5,'form','07397d633f25a7101990a75864ae03d5a3b9ac07c4ed6accbc52cbfd7d7c13b4');
CREATE TABLE head (
	id INTEGER NOT NULL, 
	entries INTEGER NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT head_single CHECK (id = 1)
);
INSERT INTO "head" VALUES(1,5,'f67ad4d48aab0b37898455ac01fecb130b170d0fca4c42e37cd4ed317f07b470');
CREATE TABLE register_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT register_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "register_version" VALUES('0001');
CREATE UNIQUE INDEX entries_number ON entries (year, counter) WHERE kind IN ('issued', 'reissued');
CREATE UNIQUE INDEX entries_replaces ON entries (year, replaces);
CREATE INDEX entries_sheet ON entries (year, form, organization);
CREATE INDEX entry_contents_digest ON entry_contents (digest);
CREATE INDEX deliveries_open ON deliveries (place, delivered);
CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries WHEN 1 BEGIN SELECT RAISE(ABORT, 'the register only grows'); END;
CREATE TRIGGER entries_no_replace BEFORE INSERT ON entries WHEN EXISTS (SELECT 1 FROM entries WHERE position = NEW.position OR (year, replaces) = (NEW.year, NEW.replaces) OR (year, counter) = (NEW.year, NEW.counter) AND NEW.kind IN ('issued', 'reissued')) BEGIN SELECT RAISE(ABORT, 'the register only grows'); END;
CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries WHEN 1 BEGIN SELECT RAISE(ABORT, 'the register only grows'); END;
CREATE TRIGGER contents_no_delete BEFORE DELETE ON contents WHEN 1 BEGIN SELECT RAISE(ABORT, 'the register only grows'); END;
CREATE TRIGGER contents_no_replace BEFORE INSERT ON contents WHEN EXISTS (SELECT 1 FROM contents WHERE digest = NEW.digest) BEGIN SELECT RAISE(ABORT, 'the register only grows'); END;
CREATE TRIGGER contents_no_update BEFORE UPDATE ON contents WHEN 1 BEGIN SELECT RAISE(ABORT, 'the register only grows'); END;
CREATE TRIGGER entry_contents_no_delete BEFORE DELETE ON entry_contents WHEN 1 BEGIN SELECT RAISE(ABORT, 'the register only grows'); END;
CREATE TRIGGER entry_contents_no_replace BEFORE INSERT ON entry_contents WHEN EXISTS (SELECT 1 FROM entry_contents WHERE (position, role) = (NEW.position, NEW.role)) BEGIN SELECT RAISE(ABORT, 'the register only grows'); END;
CREATE TRIGGER entry_contents_no_update BEFORE UPDATE ON entry_contents WHEN 1 BEGIN SELECT RAISE(ABORT, 'the register only grows'); END;
CREATE TRIGGER head_no_delete BEFORE DELETE ON head WHEN 1 BEGIN SELECT RAISE(ABORT, 'the register only grows'); END;
CREATE TRIGGER head_no_replace BEFORE INSERT ON head WHEN EXISTS (SELECT 1 FROM head WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'the register only grows'); END;
CREATE TRIGGER head_no_update BEFORE UPDATE ON head WHEN NEW.id <> OLD.id OR NEW.entries <> OLD.entries + 1 BEGIN SELECT RAISE(ABORT, 'the register only grows'); END;
CREATE TRIGGER entries_no_disorder BEFORE INSERT ON entries WHEN NEW.position <> (SELECT entries + 1 FROM head) OR NEW.previous <> (SELECT hash FROM head) BEGIN SELECT RAISE(ABORT, 'the register only grows'); END;
CREATE TRIGGER entry_contents_no_disorder BEFORE INSERT ON entry_contents WHEN NEW.position <> (SELECT entries + 1 FROM head) BEGIN SELECT RAISE(ABORT, 'the register only grows'); END;
COMMIT;
