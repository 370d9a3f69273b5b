BEGIN TRANSACTION;
CREATE TABLE actor_names (
	id INTEGER NOT NULL, 
	kind TEXT DEFAULT 'name' NOT NULL, 
	actor_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	name_kind TEXT NOT NULL, 
	CONSTRAINT pk_actor_names PRIMARY KEY (id), 
	CONSTRAINT ck_actor_names_kind CHECK (kind = 'name'), 
	CONSTRAINT ck_actor_names_name_not_blank CHECK (name <> ''), 
	CONSTRAINT ck_actor_names_name_kind CHECK (name_kind in ('name', 'short', 'title', 'metonym', 'description', 'transliteration')), 
	CONSTRAINT fk_actor_names_actor_id_actors FOREIGN KEY(actor_id) REFERENCES actors (id), 
	CONSTRAINT fk_actor_names_id_kind_facts FOREIGN KEY(id, kind) REFERENCES facts (id, kind) ON DELETE cascade
);
INSERT INTO "actor_names" VALUES(1,'name',2,'Ostrand','name');
INSERT INTO "actor_names" VALUES(2,'name',3,'Brask','metonym');
INSERT INTO "actor_names" VALUES(3,'name',4,'Velmora','name');
INSERT INTO "actor_names" VALUES(4,'name',5,'Velmora’s small navy','description');
INSERT INTO "actor_names" VALUES(5,'name',7,'Jonas Arvel','name');
INSERT INTO "actor_names" VALUES(6,'name',7,'Arvel','short');
INSERT INTO "actor_names" VALUES(7,'name',7,'the prime minister of Ostrand','title');
INSERT INTO "actor_names" VALUES(8,'name',8,'Irena Dasko','name');
INSERT INTO "actor_names" VALUES(9,'name',8,'Dasko','short');
INSERT INTO "actor_names" VALUES(10,'name',9,'Sofi Lunde','name');
INSERT INTO "actor_names" VALUES(11,'name',11,'Pavel Rem','name');
INSERT INTO "actor_names" VALUES(12,'name',14,'The Harbour Gazette','name');
INSERT INTO "actor_names" VALUES(13,'name',14,'the paper','description');
INSERT INTO "actor_names" VALUES(14,'name',15,'the Lowen Institute','name');
CREATE TABLE actors (
	id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	name TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	background TEXT, 
	CONSTRAINT pk_actors PRIMARY KEY (id), 
	CONSTRAINT ck_actors_key_not_blank CHECK (key <> ''), 
	CONSTRAINT ck_actors_kind CHECK (kind in ('person', 'state', 'government', 'armed-force', 'armed-group', 'organisation', 'outlet', 'institute', 'community', 'collective', 'unnamed')), 
	CONSTRAINT ck_actors_name_not_blank CHECK (name <> ''), 
	CONSTRAINT uq_actors_key UNIQUE ("key")
);
INSERT INTO "actors" VALUES(1,'mira-hallin','Mira Hallin','person',NULL);
INSERT INTO "actors" VALUES(2,'ostrand','Ostrand','state',NULL);
INSERT INTO "actors" VALUES(3,'ostrand-government','Government of Ostrand','government',NULL);
INSERT INTO "actors" VALUES(4,'velmora-state','Velmora','state',NULL);
INSERT INTO "actors" VALUES(5,'velmora-navy','Navy of Velmora','armed-force',NULL);
INSERT INTO "actors" VALUES(6,'velmorans','People of Velmora','community',NULL);
INSERT INTO "actors" VALUES(7,'jonas-arvel','Jonas Arvel','person',NULL);
INSERT INTO "actors" VALUES(8,'irena-dasko','Irena Dasko','person',NULL);
INSERT INTO "actors" VALUES(9,'sofi-lunde','Sofi Lunde','person',NULL);
INSERT INTO "actors" VALUES(10,'velmoran-official','An official of Velmora','unnamed',NULL);
INSERT INTO "actors" VALUES(11,'pavel-rem','Pavel Rem','person',NULL);
INSERT INTO "actors" VALUES(12,'fishermens-union','Fishermen’s union of Velmora','organisation',NULL);
INSERT INTO "actors" VALUES(13,'tarn-fishermen','Fishermen of Tarn','community',NULL);
INSERT INTO "actors" VALUES(14,'harbour-gazette','The Harbour Gazette','outlet',NULL);
INSERT INTO "actors" VALUES(15,'lowen-institute','Lowen Institute','institute',NULL);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('sourcebook_0002');
CREATE TABLE attributions (
	id INTEGER NOT NULL, 
	document_id INTEGER NOT NULL, 
	parent_id INTEGER, 
	source_id INTEGER NOT NULL, 
	CONSTRAINT pk_attributions PRIMARY KEY (id), 
	CONSTRAINT ck_attributions_root_is_document CHECK ((parent_id is null) = (source_id = document_id)), 
	CONSTRAINT ck_attributions_after_its_parent CHECK (parent_id < id), 
	CONSTRAINT fk_attributions_document_id_sources FOREIGN KEY(document_id) REFERENCES sources (id), 
	CONSTRAINT fk_attributions_parent_id_document_id_attributions FOREIGN KEY(parent_id, document_id) REFERENCES attributions (id, document_id), 
	CONSTRAINT fk_attributions_source_id_sources FOREIGN KEY(source_id) REFERENCES sources (id), 
	CONSTRAINT uq_attributions_document_id_parent_id_source_id UNIQUE (document_id, parent_id, source_id), 
	CONSTRAINT uq_attributions_id_document_id UNIQUE (id, document_id)
);
INSERT INTO "attributions" VALUES(1,1,NULL,1);
INSERT INTO "attributions" VALUES(2,1,1,2);
INSERT INTO "attributions" VALUES(3,1,1,4);
INSERT INTO "attributions" VALUES(4,1,1,5);
INSERT INTO "attributions" VALUES(5,1,1,3);
INSERT INTO "attributions" VALUES(6,1,1,8);
INSERT INTO "attributions" VALUES(7,1,1,7);
INSERT INTO "attributions" VALUES(8,1,2,6);
CREATE TABLE changes (
	load_id INTEGER NOT NULL, 
	item TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	action TEXT NOT NULL, 
	CONSTRAINT pk_changes PRIMARY KEY (load_id, item, "key"), 
	CONSTRAINT ck_changes_action CHECK (action in ('added', 'changed', 'removed')), 
	CONSTRAINT fk_changes_load_id_loads FOREIGN KEY(load_id) REFERENCES loads (id) ON DELETE cascade
);
INSERT INTO "changes" VALUES(1,'actor','fishermens-union','added');
INSERT INTO "changes" VALUES(1,'actor','harbour-gazette','added');
INSERT INTO "changes" VALUES(1,'actor','irena-dasko','added');
INSERT INTO "changes" VALUES(1,'actor','jonas-arvel','added');
INSERT INTO "changes" VALUES(1,'actor','lowen-institute','added');
INSERT INTO "changes" VALUES(1,'actor','mira-hallin','added');
INSERT INTO "changes" VALUES(1,'actor','ostrand','added');
INSERT INTO "changes" VALUES(1,'actor','ostrand-government','added');
INSERT INTO "changes" VALUES(1,'actor','pavel-rem','added');
INSERT INTO "changes" VALUES(1,'actor','sofi-lunde','added');
INSERT INTO "changes" VALUES(1,'actor','tarn-fishermen','added');
INSERT INTO "changes" VALUES(1,'actor','velmora-navy','added');
INSERT INTO "changes" VALUES(1,'actor','velmora-state','added');
INSERT INTO "changes" VALUES(1,'actor','velmoran-official','added');
INSERT INTO "changes" VALUES(1,'actor','velmorans','added');
INSERT INTO "changes" VALUES(1,'coding','two-sides-of-the-sound','added');
INSERT INTO "changes" VALUES(1,'event','arvel-in-tarn','added');
INSERT INTO "changes" VALUES(1,'event','arvel-says-why','added');
INSERT INTO "changes" VALUES(1,'event','boats-leave','added');
INSERT INTO "changes" VALUES(1,'event','harvest-failed','added');
INSERT INTO "changes" VALUES(1,'event','joint-patrol','added');
INSERT INTO "changes" VALUES(1,'event','korrin-lease','added');
INSERT INTO "changes" VALUES(1,'event','nets-given-up','added');
INSERT INTO "changes" VALUES(1,'event','no-talks','added');
INSERT INTO "changes" VALUES(1,'event','no-visit','added');
INSERT INTO "changes" VALUES(1,'event','sound-emptied','added');
INSERT INTO "changes" VALUES(1,'event','truce-asked-for','added');
INSERT INTO "changes" VALUES(1,'link','no-visit--condition-of--no-talks','added');
INSERT INTO "changes" VALUES(1,'link','truce-asked-for--part-of--arvel-in-tarn','added');
INSERT INTO "changes" VALUES(1,'name','harbour-gazette/The Harbour Gazette','added');
INSERT INTO "changes" VALUES(1,'name','harbour-gazette/the paper','added');
INSERT INTO "changes" VALUES(1,'name','irena-dasko/Dasko','added');
INSERT INTO "changes" VALUES(1,'name','irena-dasko/Irena Dasko','added');
INSERT INTO "changes" VALUES(1,'name','jonas-arvel/Arvel','added');
INSERT INTO "changes" VALUES(1,'name','jonas-arvel/Jonas Arvel','added');
INSERT INTO "changes" VALUES(1,'name','jonas-arvel/the prime minister of Ostrand','added');
INSERT INTO "changes" VALUES(1,'name','lowen-institute/the Lowen Institute','added');
INSERT INTO "changes" VALUES(1,'name','ostrand-government/Brask','added');
INSERT INTO "changes" VALUES(1,'name','ostrand/Ostrand','added');
INSERT INTO "changes" VALUES(1,'name','pavel-rem/Pavel Rem','added');
INSERT INTO "changes" VALUES(1,'name','sofi-lunde/Sofi Lunde','added');
INSERT INTO "changes" VALUES(1,'name','velmora-navy/Velmora’s small navy','added');
INSERT INTO "changes" VALUES(1,'name','velmora-state/Velmora','added');
INSERT INTO "changes" VALUES(1,'passage','1','added');
INSERT INTO "changes" VALUES(1,'passage','10','added');
INSERT INTO "changes" VALUES(1,'passage','11','added');
INSERT INTO "changes" VALUES(1,'passage','12','added');
INSERT INTO "changes" VALUES(1,'passage','2','added');
INSERT INTO "changes" VALUES(1,'passage','3','added');
INSERT INTO "changes" VALUES(1,'passage','4','added');
INSERT INTO "changes" VALUES(1,'passage','5','added');
INSERT INTO "changes" VALUES(1,'passage','6','added');
INSERT INTO "changes" VALUES(1,'passage','7','added');
INSERT INTO "changes" VALUES(1,'passage','8','added');
INSERT INTO "changes" VALUES(1,'passage','9','added');
INSERT INTO "changes" VALUES(1,'place','korrin','added');
INSERT INTO "changes" VALUES(1,'place','sound','added');
INSERT INTO "changes" VALUES(1,'place','tarn','added');
INSERT INTO "changes" VALUES(1,'place','velmora','added');
INSERT INTO "changes" VALUES(1,'position','arvel-moved-by-grain','added');
INSERT INTO "changes" VALUES(1,'position','both-share-the-duty','added');
INSERT INTO "changes" VALUES(1,'position','brask-sees-it-otherwise','added');
INSERT INTO "changes" VALUES(1,'position','dasko-fears-empty-nets','added');
INSERT INTO "changes" VALUES(1,'position','dasko-wants-fishing','added');
INSERT INTO "changes" VALUES(1,'position','fishermen-not-impressed','added');
INSERT INTO "changes" VALUES(1,'position','rem-refuses-to-meet','added');
INSERT INTO "changes" VALUES(1,'position','velmorans-expect-no-end','added');
INSERT INTO "changes" VALUES(1,'quote','a-shared-duty','added');
INSERT INTO "changes" VALUES(1,'quote','lowen-on-the-sound','added');
INSERT INTO "changes" VALUES(1,'quote','lunde-on-a-courtesy','added');
INSERT INTO "changes" VALUES(1,'quote','nobody-gives-up-a-net','added');
INSERT INTO "changes" VALUES(1,'quote','paper-for-fish','added');
INSERT INTO "changes" VALUES(1,'relation','irena-dasko--heads--velmora-state','added');
INSERT INTO "changes" VALUES(1,'relation','jonas-arvel--heads--ostrand-government','added');
INSERT INTO "changes" VALUES(1,'relation','lowen-institute--belongs-to--ostrand','added');
INSERT INTO "changes" VALUES(1,'relation','ostrand--depends-on--velmora-state','added');
INSERT INTO "changes" VALUES(1,'relation','ostrand--rival-of--velmora-state','added');
INSERT INTO "changes" VALUES(1,'relation','pavel-rem--heads--fishermens-union','added');
INSERT INTO "changes" VALUES(1,'relation','sofi-lunde--holds-post-in--ostrand-government','added');
INSERT INTO "changes" VALUES(1,'relation','velmora-navy--depends-on--ostrand','added');
INSERT INTO "changes" VALUES(1,'relation','velmora-navy--part-of--velmora-state','added');
INSERT INTO "changes" VALUES(1,'relation','velmoran-official--holds-post-in--velmora-state','added');
INSERT INTO "changes" VALUES(1,'source','gazette-on-the-visit','added');
INSERT INTO "changes" VALUES(1,'source','joint-statement','added');
INSERT INTO "changes" VALUES(1,'source','lowen-study','added');
INSERT INTO "changes" VALUES(1,'source','lunde-on-the-visit','added');
INSERT INTO "changes" VALUES(1,'source','two-sides-of-the-sound','added');
INSERT INTO "changes" VALUES(1,'topic','fishing','added');
INSERT INTO "changes" VALUES(1,'topic','the-sound','added');
INSERT INTO "changes" VALUES(1,'voice','boats-hearsay','added');
INSERT INTO "changes" VALUES(1,'voice','korrin-rumour','added');
INSERT INTO "changes" VALUES(1,'voice','official-to-gazette','added');
CREATE TABLE citations (
	source_id INTEGER NOT NULL, 
	document_id INTEGER NOT NULL, 
	n INTEGER NOT NULL, 
	passage INTEGER NOT NULL, 
	start_offset INTEGER NOT NULL, 
	end_offset INTEGER NOT NULL, 
	CONSTRAINT pk_citations PRIMARY KEY (source_id, document_id, n), 
	CONSTRAINT ck_citations_from_one CHECK (n >= 1), 
	CONSTRAINT ck_citations_in_order CHECK (start_offset >= 0 and start_offset < end_offset), 
	CONSTRAINT fk_citations_document_id_passage_passages FOREIGN KEY(document_id, passage) REFERENCES passages (document_id, n), 
	CONSTRAINT fk_citations_source_id_sources FOREIGN KEY(source_id) REFERENCES sources (id)
);
CREATE TABLE codings (
	document_id INTEGER NOT NULL, 
	file TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	coder TEXT NOT NULL, 
	format INTEGER NOT NULL, 
	CONSTRAINT pk_codings PRIMARY KEY (document_id), 
	CONSTRAINT ck_codings_file_not_blank CHECK (file <> ''), 
	CONSTRAINT ck_codings_sha256 CHECK (length(hash) = 64), 
	CONSTRAINT fk_codings_document_id_sources FOREIGN KEY(document_id) REFERENCES sources (id)
);
INSERT INTO "codings" VALUES(1,'example.yaml','0121350cd19d502ca14b5a1285d3eb893f955d2881ed743abdec94a6848e5e80','The Sourcebook authors',1);
CREATE TABLE dates (
	edtf TEXT NOT NULL, 
	earliest TEXT, 
	latest TEXT, 
	precision TEXT NOT NULL, 
	qualifier TEXT, 
	CONSTRAINT pk_dates PRIMARY KEY (edtf), 
	CONSTRAINT ck_dates_precision CHECK (precision in ('day', 'month', 'season', 'year', 'decade', 'century', 'range', 'span')), 
	CONSTRAINT ck_dates_qualifier CHECK (qualifier in ('approximate', 'uncertain', 'uncertain and approximate')), 
	CONSTRAINT ck_dates_in_order CHECK (earliest <= latest), 
	CONSTRAINT ck_dates_iso_days CHECK (length(earliest) = 10 and length(latest) = 10)
);
INSERT INTO "dates" VALUES('2019','2019-01-01','2019-12-31','year',NULL);
INSERT INTO "dates" VALUES('2020','2020-01-01','2020-12-31','year',NULL);
INSERT INTO "dates" VALUES('2021-05','2021-05-01','2021-05-31','month',NULL);
INSERT INTO "dates" VALUES('2021-05-03','2021-05-03','2021-05-03','day',NULL);
INSERT INTO "dates" VALUES('2021-05-17~','2021-05-17','2021-05-17','day','approximate');
INSERT INTO "dates" VALUES('2021-06-18','2021-06-18','2021-06-18','day',NULL);
INSERT INTO "dates" VALUES('2021-23','2021-09-01','2021-11-30','season',NULL);
INSERT INTO "dates" VALUES('[..2001-06]',NULL,'2001-06-30','range',NULL);
CREATE TABLE event_links (
	id INTEGER NOT NULL, 
	kind TEXT DEFAULT 'link' NOT NULL, 
	from_event_id INTEGER NOT NULL, 
	type TEXT NOT NULL, 
	to_event_id INTEGER NOT NULL, 
	lag TEXT, 
	CONSTRAINT pk_event_links PRIMARY KEY (id), 
	CONSTRAINT ck_event_links_kind CHECK (kind = 'link'), 
	CONSTRAINT ck_event_links_lag_not_blank CHECK (lag <> ''), 
	CONSTRAINT ck_event_links_type CHECK (type in ('follows', 'part-of', 'in-response-to', 'condition-of', 'instead-of')), 
	CONSTRAINT ck_event_links_not_to_itself CHECK (from_event_id <> to_event_id), 
	CONSTRAINT fk_event_links_from_event_id_events FOREIGN KEY(from_event_id) REFERENCES events (id), 
	CONSTRAINT fk_event_links_id_kind_facts FOREIGN KEY(id, kind) REFERENCES facts (id, kind) ON DELETE cascade, 
	CONSTRAINT fk_event_links_to_event_id_events FOREIGN KEY(to_event_id) REFERENCES events (id), 
	CONSTRAINT uq_event_links_from_event_id_type_to_event_id UNIQUE (from_event_id, type, to_event_id)
);
INSERT INTO "event_links" VALUES(26,'link',16,'part-of',15,NULL);
INSERT INTO "event_links" VALUES(27,'link',24,'condition-of',25,NULL);
CREATE TABLE events (
	id INTEGER NOT NULL, 
	kind TEXT DEFAULT 'event' NOT NULL, 
	title TEXT NOT NULL, 
	summary TEXT, 
	event_type TEXT, 
	modality TEXT NOT NULL, 
	date TEXT, 
	place_id INTEGER, 
	CONSTRAINT pk_events PRIMARY KEY (id), 
	CONSTRAINT ck_events_event_type CHECK (event_type in ('agree', 'consult', 'support', 'cooperate', 'aid', 'concede', 'retreat', 'request', 'accuse', 'reject', 'threaten', 'protest', 'sanction', 'mobilize', 'coerce', 'assault')), 
	CONSTRAINT ck_events_kind CHECK (kind = 'event'), 
	CONSTRAINT ck_events_modality CHECK (modality in ('actual', 'intended', 'expected', 'possible', 'hypothetical', 'denied')), 
	CONSTRAINT ck_events_summary_not_blank CHECK (summary <> ''), 
	CONSTRAINT ck_events_title_not_blank CHECK (title <> ''), 
	CONSTRAINT fk_events_date_dates FOREIGN KEY(date) REFERENCES dates (edtf), 
	CONSTRAINT fk_events_id_kind_facts FOREIGN KEY(id, kind) REFERENCES facts (id, kind) ON DELETE cascade, 
	CONSTRAINT fk_events_place_id_places FOREIGN KEY(place_id) REFERENCES places (id)
);
INSERT INTO "events" VALUES(15,'event','Jonas Arvel visits Tarn',NULL,'consult','actual','2021-05-03',2);
INSERT INTO "events" VALUES(16,'event','Arvel asks Velmora for a truce at sea',NULL,'request','possible',NULL,2);
INSERT INTO "events" VALUES(17,'event','Arvel asks Velmora to give up nets',NULL,'request','denied',NULL,2);
INSERT INTO "events" VALUES(18,'event','Overfishing empties the Sound',NULL,NULL,'actual',NULL,4);
INSERT INTO "events" VALUES(19,'event','Ostrand and Velmora patrol the Sound together',NULL,'cooperate','expected','2021-23',4);
INSERT INTO "events" VALUES(20,'event','Dasko leases Korrin to Ostrand',NULL,'concede','expected',NULL,3);
INSERT INTO "events" VALUES(21,'event','Fishing boats leave Tarn for good',NULL,NULL,'actual',NULL,2);
INSERT INTO "events" VALUES(22,'event','Ostrand’s harvest fails',NULL,NULL,'actual','2020',NULL);
INSERT INTO "events" VALUES(23,'event','Arvel says what moved him',NULL,NULL,'denied',NULL,NULL);
INSERT INTO "events" VALUES(24,'event','Arvel does not come to Tarn',NULL,NULL,'hypothetical','2021-05',2);
INSERT INTO "events" VALUES(25,'event','Ostrand and Velmora do not speak to each other',NULL,NULL,'hypothetical',NULL,NULL);
CREATE TABLE evidence (
	id INTEGER NOT NULL, 
	fact_id INTEGER NOT NULL, 
	document_id INTEGER NOT NULL, 
	n INTEGER NOT NULL, 
	attribution_id INTEGER NOT NULL, 
	modality TEXT NOT NULL, 
	certainty TEXT NOT NULL, 
	stance TEXT, 
	hedge TEXT, 
	date TEXT, 
	date_words TEXT, 
	CONSTRAINT pk_evidence PRIMARY KEY (id), 
	CONSTRAINT ck_evidence_certainty CHECK (certainty in ('asserted', 'reported', 'alleged', 'rumoured', 'inferred')), 
	CONSTRAINT ck_evidence_date_words_not_blank CHECK (date_words <> ''), 
	CONSTRAINT ck_evidence_hedge_not_blank CHECK (hedge <> ''), 
	CONSTRAINT ck_evidence_modality CHECK (modality in ('actual', 'intended', 'expected', 'possible', 'hypothetical', 'denied')), 
	CONSTRAINT ck_evidence_stance CHECK (stance in ('endorses', 'neutral', 'doubts', 'rejects')), 
	CONSTRAINT ck_evidence_from_one CHECK (n >= 1), 
	CONSTRAINT fk_evidence_attribution_id_document_id_attributions FOREIGN KEY(attribution_id, document_id) REFERENCES attributions (id, document_id), 
	CONSTRAINT fk_evidence_date_dates FOREIGN KEY(date) REFERENCES dates (edtf), 
	CONSTRAINT fk_evidence_document_id_sources FOREIGN KEY(document_id) REFERENCES sources (id), 
	CONSTRAINT fk_evidence_fact_id_facts FOREIGN KEY(fact_id) REFERENCES facts (id) ON DELETE cascade, 
	CONSTRAINT uq_evidence_fact_id_document_id_n UNIQUE (fact_id, document_id, n), 
	CONSTRAINT uq_evidence_id_document_id UNIQUE (id, document_id)
);
INSERT INTO "evidence" VALUES(1,1,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(2,2,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(3,2,1,2,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(4,3,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(5,4,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(6,5,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(7,6,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(8,6,1,2,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(9,7,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(10,8,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(11,9,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(12,9,1,2,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(13,10,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(14,11,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(15,12,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(16,13,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(17,14,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(18,15,1,1,1,'actual','asserted',NULL,NULL,'2021-05-03','on 3 May 2021');
INSERT INTO "evidence" VALUES(19,15,1,2,1,'actual','asserted',NULL,NULL,'2021-05','in May');
INSERT INTO "evidence" VALUES(20,15,1,3,5,'actual','reported','neutral',NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(21,16,1,1,2,'actual','reported','neutral',NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(22,16,1,2,5,'denied','reported','neutral',NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(23,17,1,1,8,'denied','alleged','neutral',NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(24,18,1,1,4,'actual','reported','endorses',NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(25,18,1,2,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(26,19,1,1,1,'expected','asserted',NULL,NULL,'2021-23','in the autumn');
INSERT INTO "evidence" VALUES(27,20,1,1,7,'expected','rumoured','neutral','There is even a rumour',NULL,NULL);
INSERT INTO "evidence" VALUES(28,21,1,1,6,'actual','alleged','neutral','reportedly',NULL,NULL);
INSERT INTO "evidence" VALUES(29,22,1,1,1,'actual','asserted',NULL,NULL,'2020','in 2020');
INSERT INTO "evidence" VALUES(30,23,1,1,1,'denied','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(31,24,1,1,1,'hypothetical','asserted',NULL,NULL,'2021-05','in May');
INSERT INTO "evidence" VALUES(32,25,1,1,1,'hypothetical','asserted',NULL,'probably',NULL,NULL);
INSERT INTO "evidence" VALUES(33,26,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(34,27,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(35,28,1,1,1,'actual','asserted',NULL,NULL,'2019','in 2019');
INSERT INTO "evidence" VALUES(36,29,1,1,2,'actual','reported','neutral',NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(37,30,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(38,31,1,1,1,'actual','asserted',NULL,NULL,'2021-05-17~','Two weeks later');
INSERT INTO "evidence" VALUES(39,32,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(40,33,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(41,34,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(42,35,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(43,36,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(44,37,1,1,3,'actual','reported','neutral',NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(45,38,1,1,1,'actual','inferred',NULL,'It seems',NULL,NULL);
INSERT INTO "evidence" VALUES(46,39,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(47,40,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(48,41,1,1,1,'actual','asserted',NULL,NULL,'[..2001-06]','for more than twenty years');
INSERT INTO "evidence" VALUES(49,42,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(50,43,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(51,44,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(52,45,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(53,46,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(54,47,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(55,48,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(56,49,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
INSERT INTO "evidence" VALUES(57,50,1,1,1,'actual','asserted',NULL,NULL,NULL,NULL);
CREATE TABLE facts (
	id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	document_id INTEGER NOT NULL, 
	CONSTRAINT pk_facts PRIMARY KEY (id), 
	CONSTRAINT ck_facts_key_not_blank CHECK (key <> ''), 
	CONSTRAINT ck_facts_kind CHECK (kind in ('event', 'quote', 'position', 'relation', 'link', 'name')), 
	CONSTRAINT fk_facts_document_id_codings FOREIGN KEY(document_id) REFERENCES codings (document_id), 
	CONSTRAINT uq_facts_document_id_key UNIQUE (document_id, "key"), 
	CONSTRAINT uq_facts_id_kind UNIQUE (id, kind)
);
INSERT INTO "facts" VALUES(1,'name','ostrand/Ostrand',1);
INSERT INTO "facts" VALUES(2,'name','ostrand-government/Brask',1);
INSERT INTO "facts" VALUES(3,'name','velmora-state/Velmora',1);
INSERT INTO "facts" VALUES(4,'name','velmora-navy/Velmora’s small navy',1);
INSERT INTO "facts" VALUES(5,'name','jonas-arvel/Jonas Arvel',1);
INSERT INTO "facts" VALUES(6,'name','jonas-arvel/Arvel',1);
INSERT INTO "facts" VALUES(7,'name','jonas-arvel/the prime minister of Ostrand',1);
INSERT INTO "facts" VALUES(8,'name','irena-dasko/Irena Dasko',1);
INSERT INTO "facts" VALUES(9,'name','irena-dasko/Dasko',1);
INSERT INTO "facts" VALUES(10,'name','sofi-lunde/Sofi Lunde',1);
INSERT INTO "facts" VALUES(11,'name','pavel-rem/Pavel Rem',1);
INSERT INTO "facts" VALUES(12,'name','harbour-gazette/The Harbour Gazette',1);
INSERT INTO "facts" VALUES(13,'name','harbour-gazette/the paper',1);
INSERT INTO "facts" VALUES(14,'name','lowen-institute/the Lowen Institute',1);
INSERT INTO "facts" VALUES(15,'event','arvel-in-tarn',1);
INSERT INTO "facts" VALUES(16,'event','truce-asked-for',1);
INSERT INTO "facts" VALUES(17,'event','nets-given-up',1);
INSERT INTO "facts" VALUES(18,'event','sound-emptied',1);
INSERT INTO "facts" VALUES(19,'event','joint-patrol',1);
INSERT INTO "facts" VALUES(20,'event','korrin-lease',1);
INSERT INTO "facts" VALUES(21,'event','boats-leave',1);
INSERT INTO "facts" VALUES(22,'event','harvest-failed',1);
INSERT INTO "facts" VALUES(23,'event','arvel-says-why',1);
INSERT INTO "facts" VALUES(24,'event','no-visit',1);
INSERT INTO "facts" VALUES(25,'event','no-talks',1);
INSERT INTO "facts" VALUES(26,'link','truce-asked-for--part-of--arvel-in-tarn',1);
INSERT INTO "facts" VALUES(27,'link','no-visit--condition-of--no-talks',1);
INSERT INTO "facts" VALUES(28,'quote','lowen-on-the-sound',1);
INSERT INTO "facts" VALUES(29,'quote','nobody-gives-up-a-net',1);
INSERT INTO "facts" VALUES(30,'quote','lunde-on-a-courtesy',1);
INSERT INTO "facts" VALUES(31,'quote','a-shared-duty',1);
INSERT INTO "facts" VALUES(32,'quote','paper-for-fish',1);
INSERT INTO "facts" VALUES(33,'position','velmorans-expect-no-end',1);
INSERT INTO "facts" VALUES(34,'position','brask-sees-it-otherwise',1);
INSERT INTO "facts" VALUES(35,'position','dasko-wants-fishing',1);
INSERT INTO "facts" VALUES(36,'position','dasko-fears-empty-nets',1);
INSERT INTO "facts" VALUES(37,'position','both-share-the-duty',1);
INSERT INTO "facts" VALUES(38,'position','arvel-moved-by-grain',1);
INSERT INTO "facts" VALUES(39,'position','fishermen-not-impressed',1);
INSERT INTO "facts" VALUES(40,'position','rem-refuses-to-meet',1);
INSERT INTO "facts" VALUES(41,'relation','ostrand--rival-of--velmora-state',1);
INSERT INTO "facts" VALUES(42,'relation','ostrand--depends-on--velmora-state',1);
INSERT INTO "facts" VALUES(43,'relation','velmora-navy--depends-on--ostrand',1);
INSERT INTO "facts" VALUES(44,'relation','velmora-navy--part-of--velmora-state',1);
INSERT INTO "facts" VALUES(45,'relation','jonas-arvel--heads--ostrand-government',1);
INSERT INTO "facts" VALUES(46,'relation','irena-dasko--heads--velmora-state',1);
INSERT INTO "facts" VALUES(47,'relation','sofi-lunde--holds-post-in--ostrand-government',1);
INSERT INTO "facts" VALUES(48,'relation','velmoran-official--holds-post-in--velmora-state',1);
INSERT INTO "facts" VALUES(49,'relation','pavel-rem--heads--fishermens-union',1);
INSERT INTO "facts" VALUES(50,'relation','lowen-institute--belongs-to--ostrand',1);
CREATE TABLE feeds (
	table_name TEXT NOT NULL, 
	row_count INTEGER NOT NULL, 
	digest TEXT NOT NULL, 
	checksum TEXT, 
	source_checksum TEXT, 
	left_out TEXT, 
	fed_at TEXT NOT NULL, 
	seal TEXT NOT NULL, 
	CONSTRAINT pk_feeds PRIMARY KEY (table_name), 
	CONSTRAINT ck_feeds_digest_of_64_bits CHECK (length(digest) = 16), 
	CONSTRAINT ck_feeds_rows_counted CHECK (row_count >= 0)
);
CREATE TABLE introductions (
	id INTEGER NOT NULL, 
	document_id INTEGER NOT NULL, 
	actor_id INTEGER, 
	place_id INTEGER, 
	topic_id INTEGER, 
	source_id INTEGER, 
	CONSTRAINT pk_introductions PRIMARY KEY (id), 
	CONSTRAINT ck_introductions_exactly_one CHECK (case when actor_id is null then 0 else 1 end + case when place_id is null then 0 else 1 end + case when topic_id is null then 0 else 1 end + case when source_id is null then 0 else 1 end = 1), 
	CONSTRAINT fk_introductions_actor_id_actors FOREIGN KEY(actor_id) REFERENCES actors (id), 
	CONSTRAINT fk_introductions_document_id_codings FOREIGN KEY(document_id) REFERENCES codings (document_id), 
	CONSTRAINT fk_introductions_place_id_places FOREIGN KEY(place_id) REFERENCES places (id), 
	CONSTRAINT fk_introductions_source_id_sources FOREIGN KEY(source_id) REFERENCES sources (id), 
	CONSTRAINT fk_introductions_topic_id_topics FOREIGN KEY(topic_id) REFERENCES topics (id)
);
INSERT INTO "introductions" VALUES(1,1,1,NULL,NULL,NULL);
INSERT INTO "introductions" VALUES(2,1,2,NULL,NULL,NULL);
INSERT INTO "introductions" VALUES(3,1,3,NULL,NULL,NULL);
INSERT INTO "introductions" VALUES(4,1,4,NULL,NULL,NULL);
INSERT INTO "introductions" VALUES(5,1,5,NULL,NULL,NULL);
INSERT INTO "introductions" VALUES(6,1,6,NULL,NULL,NULL);
INSERT INTO "introductions" VALUES(7,1,7,NULL,NULL,NULL);
INSERT INTO "introductions" VALUES(8,1,8,NULL,NULL,NULL);
INSERT INTO "introductions" VALUES(9,1,9,NULL,NULL,NULL);
INSERT INTO "introductions" VALUES(10,1,10,NULL,NULL,NULL);
INSERT INTO "introductions" VALUES(11,1,11,NULL,NULL,NULL);
INSERT INTO "introductions" VALUES(12,1,12,NULL,NULL,NULL);
INSERT INTO "introductions" VALUES(13,1,13,NULL,NULL,NULL);
INSERT INTO "introductions" VALUES(14,1,14,NULL,NULL,NULL);
INSERT INTO "introductions" VALUES(15,1,15,NULL,NULL,NULL);
INSERT INTO "introductions" VALUES(16,1,NULL,1,NULL,NULL);
INSERT INTO "introductions" VALUES(17,1,NULL,2,NULL,NULL);
INSERT INTO "introductions" VALUES(18,1,NULL,3,NULL,NULL);
INSERT INTO "introductions" VALUES(19,1,NULL,4,NULL,NULL);
INSERT INTO "introductions" VALUES(20,1,NULL,NULL,1,NULL);
INSERT INTO "introductions" VALUES(21,1,NULL,NULL,2,NULL);
INSERT INTO "introductions" VALUES(22,1,NULL,NULL,NULL,1);
INSERT INTO "introductions" VALUES(23,1,NULL,NULL,NULL,2);
INSERT INTO "introductions" VALUES(24,1,NULL,NULL,NULL,3);
INSERT INTO "introductions" VALUES(25,1,NULL,NULL,NULL,4);
INSERT INTO "introductions" VALUES(26,1,NULL,NULL,NULL,5);
CREATE TABLE loads (
	id INTEGER NOT NULL, 
	document_id INTEGER NOT NULL, 
	loaded_at TEXT NOT NULL, 
	content_hash TEXT NOT NULL, 
	CONSTRAINT pk_loads PRIMARY KEY (id), 
	CONSTRAINT ck_loads_sha256 CHECK (length(content_hash) = 64), 
	CONSTRAINT fk_loads_document_id_codings FOREIGN KEY(document_id) REFERENCES codings (document_id)
);
INSERT INTO "loads" VALUES(1,1,'2026-11-30T00:49:20Z','699a28f64320aa6b5b3fb261c6f39cf11ba6b915398dba25d95f93dbd1583624');
CREATE TABLE participants (
	fact_id INTEGER NOT NULL, 
	actor_id INTEGER NOT NULL, 
	role TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	count_words TEXT, 
	count_least INTEGER, 
	count_most INTEGER, 
	CONSTRAINT pk_participants PRIMARY KEY (fact_id, actor_id, role), 
	CONSTRAINT ck_participants_count_words_not_blank CHECK (count_words <> ''), 
	CONSTRAINT ck_participants_role_fits_kind CHECK (kind = 'event' and role in ('doer', 'receiver', 'beneficiary', 'instrument', 'host', 'mediator', 'concerned') or kind = 'quote' and role in ('speaker', 'addressee', 'subject') or kind = 'position' and role in ('holder', 'object')), 
	CONSTRAINT ck_participants_count_in_order CHECK (count_least >= 0 and count_most >= 0 and count_least <= count_most), 
	CONSTRAINT ck_participants_count_has_words CHECK (count_words is not null or (count_least is null and count_most is null)), 
	CONSTRAINT fk_participants_actor_id_actors FOREIGN KEY(actor_id) REFERENCES actors (id), 
	CONSTRAINT fk_participants_fact_id_kind_facts FOREIGN KEY(fact_id, kind) REFERENCES facts (id, kind) ON DELETE cascade
);
INSERT INTO "participants" VALUES(15,7,'doer','event',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(16,7,'doer','event',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(16,4,'receiver','event',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(17,7,'doer','event',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(17,4,'receiver','event',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(18,2,'concerned','event',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(18,4,'concerned','event',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(19,2,'doer','event',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(19,4,'doer','event',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(20,8,'doer','event',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(20,2,'receiver','event',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(21,13,'doer','event','Some 40 to 50 boats',40,50);
INSERT INTO "participants" VALUES(22,2,'concerned','event',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(23,7,'doer','event',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(24,7,'doer','event',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(25,2,'doer','event',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(25,4,'doer','event',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(28,15,'speaker','quote',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(29,14,'addressee','quote',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(29,7,'subject','quote',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(29,10,'speaker','quote',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(30,7,'subject','quote',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(30,9,'speaker','quote',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(31,8,'speaker','quote',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(31,7,'speaker','quote',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(32,8,'subject','quote',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(32,7,'subject','quote',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(32,11,'speaker','quote',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(33,6,'holder','position',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(34,3,'holder','position',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(35,8,'holder','position',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(36,8,'holder','position',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(37,8,'holder','position',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(37,7,'holder','position',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(38,7,'holder','position',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(39,8,'object','position',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(39,7,'object','position',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(39,13,'holder','position',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(40,3,'object','position',NULL,NULL,NULL);
INSERT INTO "participants" VALUES(40,11,'holder','position',NULL,NULL,NULL);
CREATE TABLE passages (
	document_id INTEGER NOT NULL, 
	n INTEGER NOT NULL, 
	section INTEGER, 
	length INTEGER NOT NULL, 
	hash TEXT NOT NULL, 
	text TEXT, 
	CONSTRAINT pk_passages PRIMARY KEY (document_id, n), 
	CONSTRAINT ck_passages_not_empty CHECK (length >= 1), 
	CONSTRAINT ck_passages_sha256 CHECK (length(hash) = 64), 
	CONSTRAINT ck_passages_from_one CHECK (n >= 1), 
	CONSTRAINT ck_passages_heading_before CHECK (section <= n), 
	CONSTRAINT fk_passages_document_id_section_passages FOREIGN KEY(document_id, section) REFERENCES passages (document_id, n), 
	CONSTRAINT fk_passages_document_id_sources FOREIGN KEY(document_id) REFERENCES sources (id)
);
INSERT INTO "passages" VALUES(1,1,NULL,231,'4b357b0b3bdfd1fae010a86d11a2b4f51747364fdf66ad7670ee29633834859d',NULL);
INSERT INTO "passages" VALUES(1,2,NULL,232,'fba1d1dbc94a8bcb97b492c3619f0ea66050eeb56fdde5242999ada69f8baa02',NULL);
INSERT INTO "passages" VALUES(1,3,NULL,133,'208defb9f9e9a1a0020534ee7e329763a7cab5778b18d49a6f59f0aa302acaa0',NULL);
INSERT INTO "passages" VALUES(1,4,4,23,'486d26619364a4cc03e363c4ed695a6f79b9bb53254f3c7690f9f58eb193b8ce',NULL);
INSERT INTO "passages" VALUES(1,5,4,192,'f337097561cc582d52c93ee62c100fa0ff20618a37148dae2c4cafd3686f8721',NULL);
INSERT INTO "passages" VALUES(1,6,4,131,'9f50b0eb150e87ac922b0c7b063d733c80eca5ec554974c619bcc6a4174f781c',NULL);
INSERT INTO "passages" VALUES(1,7,4,107,'dfdc0101f28f0cf67194ffdf63bbde7f56cbe4b263e203e624bcef06736c8f6b',NULL);
INSERT INTO "passages" VALUES(1,8,8,15,'1bebaa756da3f3a7f55154bbaaaf846861b91768d678883539f37c3011ecb924',NULL);
INSERT INTO "passages" VALUES(1,9,8,131,'0588aa9f7000657135346f59f4a43fba140439ca2d0d7e3ecaaff91dafad01d4',NULL);
INSERT INTO "passages" VALUES(1,10,8,217,'b2bf4da313b2d614adacf94fd5b01f10c9a42cd86f0bafbdbf26036a49fc5fc4',NULL);
INSERT INTO "passages" VALUES(1,11,8,108,'162e2808a0ea6f17cf5068dd56fcb3eab741cef9cc98b6b6bc5d0885941729b8',NULL);
INSERT INTO "passages" VALUES(1,12,8,86,'fa6507dd14e8deab755937ace48a8699e25c4442c5963440af666f8fb37c16ec',NULL);
CREATE TABLE places (
	id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	name TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	within_id INTEGER, 
	CONSTRAINT pk_places PRIMARY KEY (id), 
	CONSTRAINT ck_places_key_not_blank CHECK (key <> ''), 
	CONSTRAINT ck_places_kind CHECK (kind in ('city', 'country', 'region', 'site')), 
	CONSTRAINT ck_places_name_not_blank CHECK (name <> ''), 
	CONSTRAINT ck_places_not_within_itself CHECK (within_id <> id), 
	CONSTRAINT fk_places_within_id_places FOREIGN KEY(within_id) REFERENCES places (id), 
	CONSTRAINT uq_places_key UNIQUE ("key")
);
INSERT INTO "places" VALUES(1,'velmora','Velmora','country',NULL);
INSERT INTO "places" VALUES(2,'tarn','Tarn','city',1);
INSERT INTO "places" VALUES(3,'korrin','Korrin','region',1);
INSERT INTO "places" VALUES(4,'sound','The Sound','region',NULL);
CREATE TABLE positions (
	id INTEGER NOT NULL, 
	kind TEXT DEFAULT 'position' NOT NULL, 
	topic_id INTEGER NOT NULL, 
	position_kind TEXT NOT NULL, 
	statement TEXT NOT NULL, 
	CONSTRAINT pk_positions PRIMARY KEY (id), 
	CONSTRAINT ck_positions_kind CHECK (kind = 'position'), 
	CONSTRAINT ck_positions_position_kind CHECK (position_kind in ('goal', 'priority', 'need', 'stake', 'fear', 'constraint', 'capability', 'motive', 'framing', 'refusal', 'view')), 
	CONSTRAINT ck_positions_statement_not_blank CHECK (statement <> ''), 
	CONSTRAINT fk_positions_id_kind_facts FOREIGN KEY(id, kind) REFERENCES facts (id, kind) ON DELETE cascade, 
	CONSTRAINT fk_positions_topic_id_topics FOREIGN KEY(topic_id) REFERENCES topics (id)
);
INSERT INTO "positions" VALUES(33,'position',2,'view','The quarrel over the Sound will hardly end.');
INSERT INTO "positions" VALUES(34,'position',2,'view','Nobody asked for a truce in Tarn.');
INSERT INTO "positions" VALUES(35,'position',1,'goal','The fishing is to go on.');
INSERT INTO "positions" VALUES(36,'position',1,'fear','A winter of empty nets.');
INSERT INTO "positions" VALUES(37,'position',2,'framing','Guarding the Sound is the duty of both countries.');
INSERT INTO "positions" VALUES(38,'position',2,'motive','He came to Tarn for the sake of the grain.');
INSERT INTO "positions" VALUES(39,'position',1,'view','The joint statement does not impress them.');
INSERT INTO "positions" VALUES(40,'position',2,'refusal','He will not meet anybody of Ostrand’s government.');
CREATE TABLE quotes (
	id INTEGER NOT NULL, 
	kind TEXT DEFAULT 'quote' NOT NULL, 
	text TEXT, 
	says TEXT, 
	directness TEXT NOT NULL, 
	marks TEXT NOT NULL, 
	date TEXT, 
	occasion_id INTEGER, 
	CONSTRAINT pk_quotes PRIMARY KEY (id), 
	CONSTRAINT ck_quotes_words_if_not_indirect CHECK ((text is null) = (directness = 'indirect')), 
	CONSTRAINT ck_quotes_marks_if_words CHECK ((text is null) = (marks = 'none')), 
	CONSTRAINT ck_quotes_directness CHECK (directness in ('direct', 'partial', 'indirect')), 
	CONSTRAINT ck_quotes_kind CHECK (kind = 'quote'), 
	CONSTRAINT ck_quotes_marks CHECK (marks in ('complete', 'damaged', 'none')), 
	CONSTRAINT ck_quotes_says_not_blank CHECK (says <> ''), 
	CONSTRAINT ck_quotes_says_unless_direct CHECK (says is not null or directness = 'direct'), 
	CONSTRAINT ck_quotes_text_not_blank CHECK (text <> ''), 
	CONSTRAINT fk_quotes_date_dates FOREIGN KEY(date) REFERENCES dates (edtf), 
	CONSTRAINT fk_quotes_id_kind_facts FOREIGN KEY(id, kind) REFERENCES facts (id, kind) ON DELETE cascade, 
	CONSTRAINT fk_quotes_occasion_id_events FOREIGN KEY(occasion_id) REFERENCES events (id)
);
INSERT INTO "quotes" VALUES(28,'quote',NULL,'Overfishing, and not the quarrel, has emptied the Sound.','indirect','none','2019',NULL);
INSERT INTO "quotes" VALUES(29,'quote','Nobody … was asked to give up a single net',NULL,'direct','complete',NULL,15);
INSERT INTO "quotes" VALUES(30,'quote',NULL,'The visit was a courtesy, and a truce was never mentioned.','indirect','none',NULL,NULL);
INSERT INTO "quotes" VALUES(31,'quote','a shared duty','Guarding the Sound is a shared duty.','partial','complete','2021-05-17~',NULL);
INSERT INTO "quotes" VALUES(32,'quote','paper to wrap fish in','The joint statement is paper to wrap fish in.','partial','damaged',NULL,NULL);
CREATE TABLE relation_types (
	"key" TEXT NOT NULL, 
	label TEXT NOT NULL, 
	inverse TEXT NOT NULL, 
	is_symmetric BOOLEAN NOT NULL, 
	CONSTRAINT pk_relation_types PRIMARY KEY ("key"), 
	CONSTRAINT ck_relation_types_key_not_blank CHECK (key <> '')
);
INSERT INTO "relation_types" VALUES('ally-of','is allied with','is allied with',1);
INSERT INTO "relation_types" VALUES('works-with','works or coordinates with','works or coordinates with',1);
INSERT INTO "relation_types" VALUES('supports','supports','is supported by',0);
INSERT INTO "relation_types" VALUES('sends-forces-for','sends or keeps forces fighting for','has forces fighting for it from',0);
INSERT INTO "relation_types" VALUES('arms','arms, pays or supplies','is armed, paid or supplied by',0);
INSERT INTO "relation_types" VALUES('protects','shields','is shielded by',0);
INSERT INTO "relation_types" VALUES('patron-of','is the patron of','is a client or proxy of',0);
INSERT INTO "relation_types" VALUES('aligned-with','takes the side of','has on its side',0);
INSERT INTO "relation_types" VALUES('depends-on','needs','is needed by',0);
INSERT INTO "relation_types" VALUES('influences','has influence over','is influenced by',0);
INSERT INTO "relation_types" VALUES('controls','controls, rules or governs','is controlled, ruled or governed by',0);
INSERT INTO "relation_types" VALUES('presses','keeps urging or pressing','is urged or pressed by',0);
INSERT INTO "relation_types" VALUES('engages','negotiates or talks with','negotiates or talks with',1);
INSERT INTO "relation_types" VALUES('opposes','opposes or seeks to curtail','is opposed by',0);
INSERT INTO "relation_types" VALUES('fights','is at war with or fights','is at war with or fights',1);
INSERT INTO "relation_types" VALUES('rival-of','is a rival of','is a rival of',1);
INSERT INTO "relation_types" VALUES('threatens','is a threat to','is threatened by',0);
INSERT INTO "relation_types" VALUES('heads','heads, leads or commands','is headed, led or commanded by',0);
INSERT INTO "relation_types" VALUES('holds-post-in','holds a post in, or speaks for','has in a post',0);
INSERT INTO "relation_types" VALUES('advises','advises','is advised by',0);
INSERT INTO "relation_types" VALUES('member-of','is a member of','has as a member',0);
INSERT INTO "relation_types" VALUES('part-of','is a part or organ of','has as a part or organ',0);
INSERT INTO "relation_types" VALUES('belongs-to','is of the nation, faith, family or community of','has among its own',0);
INSERT INTO "relation_types" VALUES('writes-for','writes or works for','publishes or employs',0);
INSERT INTO "relation_types" VALUES('differs-from','differs from','differs from',1);
INSERT INTO "relation_types" VALUES('agrees-with','agrees with','agrees with',1);
INSERT INTO "relation_types" VALUES('depends-less-than','depends less than','depends more than',0);
INSERT INTO "relation_types" VALUES('more-committed-than','is more committed than','is less committed than',0);
INSERT INTO "relation_types" VALUES('stronger-than','is stronger than','is weaker than',0);
CREATE TABLE relations (
	id INTEGER NOT NULL, 
	kind TEXT DEFAULT 'relation' NOT NULL, 
	from_actor_id INTEGER NOT NULL, 
	type TEXT NOT NULL, 
	to_actor_id INTEGER NOT NULL, 
	what TEXT, 
	topic_id INTEGER, 
	since TEXT, 
	until TEXT, 
	CONSTRAINT pk_relations PRIMARY KEY (id), 
	CONSTRAINT ck_relations_kind CHECK (kind = 'relation'), 
	CONSTRAINT ck_relations_what_not_blank CHECK (what <> ''), 
	CONSTRAINT ck_relations_not_to_itself CHECK (from_actor_id <> to_actor_id), 
	CONSTRAINT fk_relations_from_actor_id_actors FOREIGN KEY(from_actor_id) REFERENCES actors (id), 
	CONSTRAINT fk_relations_id_kind_facts FOREIGN KEY(id, kind) REFERENCES facts (id, kind) ON DELETE cascade, 
	CONSTRAINT fk_relations_since_dates FOREIGN KEY(since) REFERENCES dates (edtf), 
	CONSTRAINT fk_relations_to_actor_id_actors FOREIGN KEY(to_actor_id) REFERENCES actors (id), 
	CONSTRAINT fk_relations_topic_id_topics FOREIGN KEY(topic_id) REFERENCES topics (id), 
	CONSTRAINT fk_relations_type_relation_types FOREIGN KEY(type) REFERENCES relation_types ("key"), 
	CONSTRAINT fk_relations_until_dates FOREIGN KEY(until) REFERENCES dates (edtf)
);
INSERT INTO "relations" VALUES(41,'relation',2,'rival-of',4,'the Sound',NULL,'[..2001-06]',NULL);
INSERT INTO "relations" VALUES(42,'relation',2,'depends-on',4,'grain',NULL,NULL,NULL);
INSERT INTO "relations" VALUES(43,'relation',5,'depends-on',2,'repairs in its shipyards',NULL,NULL,NULL);
INSERT INTO "relations" VALUES(44,'relation',5,'part-of',4,NULL,NULL,NULL,NULL);
INSERT INTO "relations" VALUES(45,'relation',7,'heads',3,'prime minister',NULL,NULL,NULL);
INSERT INTO "relations" VALUES(46,'relation',8,'heads',4,'president',NULL,NULL,NULL);
INSERT INTO "relations" VALUES(47,'relation',9,'holds-post-in',3,'foreign minister',NULL,NULL,NULL);
INSERT INTO "relations" VALUES(48,'relation',10,'holds-post-in',4,'official',NULL,NULL,NULL);
INSERT INTO "relations" VALUES(49,'relation',11,'heads',12,'head',NULL,NULL,NULL);
INSERT INTO "relations" VALUES(50,'relation',15,'belongs-to',2,'think tank',NULL,NULL,NULL);
CREATE TABLE source_actors (
	source_id INTEGER NOT NULL, 
	actor_id INTEGER NOT NULL, 
	role TEXT NOT NULL, 
	CONSTRAINT pk_source_actors PRIMARY KEY (source_id, actor_id, role), 
	CONSTRAINT ck_source_actors_role CHECK (role in ('author', 'publisher', 'voice')), 
	CONSTRAINT fk_source_actors_actor_id_actors FOREIGN KEY(actor_id) REFERENCES actors (id), 
	CONSTRAINT fk_source_actors_source_id_sources FOREIGN KEY(source_id) REFERENCES sources (id) ON DELETE cascade
);
INSERT INTO "source_actors" VALUES(1,1,'author');
INSERT INTO "source_actors" VALUES(2,14,'publisher');
INSERT INTO "source_actors" VALUES(3,9,'voice');
INSERT INTO "source_actors" VALUES(4,8,'voice');
INSERT INTO "source_actors" VALUES(4,7,'voice');
INSERT INTO "source_actors" VALUES(5,15,'publisher');
INSERT INTO "source_actors" VALUES(6,10,'voice');
CREATE TABLE sources (
	id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	document_id INTEGER, 
	title TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	anonymity TEXT NOT NULL, 
	language TEXT, 
	published TEXT, 
	url TEXT, 
	CONSTRAINT pk_sources PRIMARY KEY (id), 
	CONSTRAINT ck_sources_unnamed_in_its_document CHECK ((document_id is null) = (anonymity = 'named')), 
	CONSTRAINT ck_sources_anonymity CHECK (anonymity in ('named', 'unnamed', 'voiceless')), 
	CONSTRAINT ck_sources_key_not_blank CHECK (key <> ''), 
	CONSTRAINT ck_sources_kind CHECK (kind in ('article', 'book', 'press-report', 'institute-report', 'official-document', 'assessment', 'remarks', 'talk', 'hearsay', 'rumour')), 
	CONSTRAINT ck_sources_title_not_blank CHECK (title <> ''), 
	CONSTRAINT ck_sources_not_its_own_document CHECK (document_id <> id), 
	CONSTRAINT fk_sources_document_id_sources FOREIGN KEY(document_id) REFERENCES sources (id), 
	CONSTRAINT fk_sources_published_dates FOREIGN KEY(published) REFERENCES dates (edtf), 
	CONSTRAINT uq_sources_document_id_key UNIQUE (document_id, "key")
);
INSERT INTO "sources" VALUES(1,'two-sides-of-the-sound',NULL,'Two Sides of the Sound','article','named','en','2021-06-18',NULL);
INSERT INTO "sources" VALUES(2,'gazette-on-the-visit',NULL,'A report of The Harbour Gazette on the visit','press-report','named',NULL,NULL,NULL);
INSERT INTO "sources" VALUES(3,'lunde-on-the-visit',NULL,'Remarks of Sofi Lunde','remarks','named',NULL,NULL,NULL);
INSERT INTO "sources" VALUES(4,'joint-statement',NULL,'Joint statement of Arvel and Dasko','official-document','named',NULL,NULL,NULL);
INSERT INTO "sources" VALUES(5,'lowen-study',NULL,'A study of the Lowen Institute','institute-report','named',NULL,'2019',NULL);
INSERT INTO "sources" VALUES(6,'official-to-gazette',1,'Remarks of a Velmoran official to The Harbour Gazette','remarks','unnamed',NULL,NULL,NULL);
INSERT INTO "sources" VALUES(7,'korrin-rumour',1,'A rumour on Korrin','rumour','voiceless',NULL,NULL,NULL);
INSERT INTO "sources" VALUES(8,'boats-hearsay',1,'Hearsay on the boats','hearsay','voiceless',NULL,NULL,NULL);
CREATE TABLE spans (
	evidence_id INTEGER NOT NULL, 
	n INTEGER NOT NULL, 
	document_id INTEGER NOT NULL, 
	passage INTEGER NOT NULL, 
	start_offset INTEGER NOT NULL, 
	end_offset INTEGER NOT NULL, 
	CONSTRAINT pk_spans PRIMARY KEY (evidence_id, n), 
	CONSTRAINT ck_spans_from_one CHECK (n >= 1), 
	CONSTRAINT ck_spans_in_order CHECK (start_offset >= 0 and start_offset < end_offset), 
	CONSTRAINT fk_spans_document_id_passage_passages FOREIGN KEY(document_id, passage) REFERENCES passages (document_id, n), 
	CONSTRAINT fk_spans_evidence_id_document_id_evidence FOREIGN KEY(evidence_id, document_id) REFERENCES evidence (id, document_id) ON DELETE cascade
);
INSERT INTO "spans" VALUES(1,1,1,1,40,47);
INSERT INTO "spans" VALUES(2,1,1,6,0,5);
INSERT INTO "spans" VALUES(3,1,1,10,211,216);
INSERT INTO "spans" VALUES(4,1,1,2,44,65);
INSERT INTO "spans" VALUES(5,1,1,2,73,93);
INSERT INTO "spans" VALUES(6,1,1,1,5,16);
INSERT INTO "spans" VALUES(7,1,1,5,74,79);
INSERT INTO "spans" VALUES(8,1,1,12,4,9);
INSERT INTO "spans" VALUES(9,1,1,1,18,47);
INSERT INTO "spans" VALUES(10,1,1,2,140,151);
INSERT INTO "spans" VALUES(11,1,1,7,27,32);
INSERT INTO "spans" VALUES(12,1,1,9,76,81);
INSERT INTO "spans" VALUES(13,1,1,6,47,57);
INSERT INTO "spans" VALUES(14,1,1,10,90,99);
INSERT INTO "spans" VALUES(15,1,1,5,40,59);
INSERT INTO "spans" VALUES(16,1,1,5,145,154);
INSERT INTO "spans" VALUES(17,1,1,3,23,42);
INSERT INTO "spans" VALUES(18,1,1,1,5,75);
INSERT INTO "spans" VALUES(19,1,1,12,0,33);
INSERT INTO "spans" VALUES(20,1,1,6,69,93);
INSERT INTO "spans" VALUES(21,1,1,5,74,108);
INSERT INTO "spans" VALUES(22,1,1,6,103,130);
INSERT INTO "spans" VALUES(23,1,1,5,111,117);
INSERT INTO "spans" VALUES(23,2,1,5,157,190);
INSERT INTO "spans" VALUES(24,1,1,3,67,118);
INSERT INTO "spans" VALUES(25,1,1,3,120,132);
INSERT INTO "spans" VALUES(26,1,1,9,0,46);
INSERT INTO "spans" VALUES(27,1,1,9,76,130);
INSERT INTO "spans" VALUES(28,1,1,10,0,54);
INSERT INTO "spans" VALUES(29,1,1,11,67,107);
INSERT INTO "spans" VALUES(30,1,1,11,0,32);
INSERT INTO "spans" VALUES(31,1,1,12,0,33);
INSERT INTO "spans" VALUES(32,1,1,12,35,85);
INSERT INTO "spans" VALUES(33,1,1,5,0,108);
INSERT INTO "spans" VALUES(34,1,1,12,0,86);
INSERT INTO "spans" VALUES(35,1,1,3,23,118);
INSERT INTO "spans" VALUES(36,1,1,5,111,117);
INSERT INTO "spans" VALUES(36,2,1,5,157,190);
INSERT INTO "spans" VALUES(37,1,1,6,59,130);
INSERT INTO "spans" VALUES(38,1,1,7,92,105);
INSERT INTO "spans" VALUES(39,1,1,10,155,176);
INSERT INTO "spans" VALUES(40,1,1,1,77,149);
INSERT INTO "spans" VALUES(41,1,1,6,0,23);
INSERT INTO "spans" VALUES(42,1,1,2,130,189);
INSERT INTO "spans" VALUES(43,1,1,2,191,231);
INSERT INTO "spans" VALUES(44,1,1,7,68,105);
INSERT INTO "spans" VALUES(45,1,1,11,34,65);
INSERT INTO "spans" VALUES(46,1,1,10,56,88);
INSERT INTO "spans" VALUES(47,1,1,10,182,216);
INSERT INTO "spans" VALUES(48,1,1,1,151,230);
INSERT INTO "spans" VALUES(49,1,1,2,25,65);
INSERT INTO "spans" VALUES(50,1,1,2,73,128);
INSERT INTO "spans" VALUES(51,1,1,2,73,93);
INSERT INTO "spans" VALUES(52,1,1,1,5,47);
INSERT INTO "spans" VALUES(53,1,1,2,130,162);
INSERT INTO "spans" VALUES(54,1,1,6,25,57);
INSERT INTO "spans" VALUES(55,1,1,5,120,139);
INSERT INTO "spans" VALUES(56,1,1,10,90,132);
INSERT INTO "spans" VALUES(57,1,1,3,0,42);
CREATE TABLE topics (
	id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	label TEXT NOT NULL, 
	CONSTRAINT pk_topics PRIMARY KEY (id), 
	CONSTRAINT ck_topics_key_not_blank CHECK (key <> ''), 
	CONSTRAINT ck_topics_label_not_blank CHECK (label <> ''), 
	CONSTRAINT uq_topics_key UNIQUE ("key")
);
INSERT INTO "topics" VALUES(1,'fishing','Fishing in the Sound');
INSERT INTO "topics" VALUES(2,'the-sound','The Sound and its guarding');
CREATE INDEX ix_actors_kind ON actors (kind);
CREATE INDEX ix_dates_earliest ON dates (earliest);
CREATE INDEX ix_dates_latest ON dates (latest);
CREATE INDEX ix_places_within_id ON places (within_id);
CREATE INDEX ix_sources_published ON sources (published);
CREATE UNIQUE INDEX uq_sources_key_named ON sources ("key") WHERE document_id is null;
CREATE INDEX ix_attributions_parent_id_document_id ON attributions (parent_id, document_id);
CREATE INDEX ix_attributions_source_id ON attributions (source_id);
CREATE UNIQUE INDEX uq_attributions_document_id_root ON attributions (document_id) WHERE parent_id is null;
CREATE INDEX ix_passages_document_id_section ON passages (document_id, section);
CREATE INDEX ix_source_actors_actor_id ON source_actors (actor_id);
CREATE INDEX ix_citations_document_id_passage ON citations (document_id, passage);
CREATE INDEX ix_introductions_document_id ON introductions (document_id);
CREATE UNIQUE INDEX uq_introductions_actor_id ON introductions (actor_id, document_id);
CREATE UNIQUE INDEX uq_introductions_place_id ON introductions (place_id, document_id);
CREATE UNIQUE INDEX uq_introductions_source_id ON introductions (source_id, document_id);
CREATE UNIQUE INDEX uq_introductions_topic_id ON introductions (topic_id, document_id);
CREATE INDEX ix_loads_document_id ON loads (document_id);
CREATE INDEX ix_actor_names_actor_id ON actor_names (actor_id);
CREATE INDEX ix_actor_names_id_kind ON actor_names (id, kind);
CREATE INDEX ix_actor_names_name ON actor_names (name);
CREATE INDEX ix_events_date ON events (date);
CREATE INDEX ix_events_event_type ON events (event_type);
CREATE INDEX ix_events_id_kind ON events (id, kind);
CREATE INDEX ix_events_modality ON events (modality);
CREATE INDEX ix_events_place_id ON events (place_id);
CREATE INDEX ix_evidence_attribution_id_document_id ON evidence (attribution_id, document_id);
CREATE INDEX ix_evidence_date ON evidence (date);
CREATE INDEX ix_evidence_document_id ON evidence (document_id);
CREATE INDEX ix_participants_actor_id_role_fact_id ON participants (actor_id, role, fact_id);
CREATE INDEX ix_participants_fact_id_kind ON participants (fact_id, kind);
CREATE INDEX ix_positions_id_kind ON positions (id, kind);
CREATE INDEX ix_positions_topic_id ON positions (topic_id);
CREATE INDEX ix_relations_from_actor_id_type ON relations (from_actor_id, type);
CREATE INDEX ix_relations_id_kind ON relations (id, kind);
CREATE INDEX ix_relations_since ON relations (since);
CREATE INDEX ix_relations_to_actor_id_type ON relations (to_actor_id, type);
CREATE INDEX ix_relations_topic_id ON relations (topic_id);
CREATE INDEX ix_relations_type ON relations (type);
CREATE INDEX ix_relations_until ON relations (until);
CREATE INDEX ix_event_links_id_kind ON event_links (id, kind);
CREATE INDEX ix_event_links_to_event_id ON event_links (to_event_id);
CREATE INDEX ix_quotes_date ON quotes (date);
CREATE INDEX ix_quotes_id_kind ON quotes (id, kind);
CREATE INDEX ix_quotes_occasion_id ON quotes (occasion_id);
CREATE INDEX ix_spans_document_id_passage ON spans (document_id, passage);
CREATE INDEX ix_spans_evidence_id_document_id ON spans (evidence_id, document_id);
CREATE VIEW chains as
select
  attributions.id as attribution_id,
  attributions.document_id,
  documents.key as document,
  sources.id as source_id,
  sources.key as source,
  sources.title,
  sources.anonymity,
  (
  with recursive steps (parent_id, depth) as (
    select attributions.parent_id, 0
    union all
    select a.parent_id, steps.depth + 1
    from steps
    join attributions as a on a.id = steps.parent_id
  )
  select max(depth) from steps
) as depth,
  (
  with recursive steps (parent_id, through) as (
    select a.parent_id, s.title
    from attributions as a
    join sources as s on s.id = a.source_id
    where a.id = attributions.id
    union all
    select a.parent_id, steps.through || '; ' || s.title
    from steps
    join attributions as a on a.id = steps.parent_id
    join sources as s on s.id = a.source_id
  )
  select through from steps where parent_id is null
) as through,
  (select group_concat(value, '; ') from (select '¶' || drawn.passage as value 
  from (
    with recursive relayed (id) as (
      select attributions.id
      union all
      select a.id
      from relayed
      join attributions as a on a.parent_id = relayed.id
    )
    select spans.passage
    from relayed
    join evidence
      on evidence.attribution_id = relayed.id and evidence.document_id = attributions.document_id
    join spans on spans.evidence_id = evidence.id
    union
    select citations.passage
    from citations
    where citations.source_id = attributions.source_id
      and citations.document_id = attributions.document_id
  ) as drawn
  order by drawn.passage
) as listed) as passage
from attributions
join sources on sources.id = attributions.source_id
join sources as documents on documents.id = attributions.document_id;
CREATE VIEW pointers as
select
  documents.id as document_id,
  documents.key as document,
  sources.id as source_id,
  sources.key as source,
  (select group_concat(value, '; ') from (select '¶' || places.passage as value 
  from citations as places
  where places.source_id = citations.source_id and places.document_id = citations.document_id
  group by places.passage
  order by places.passage
) as listed) as passage
from citations
join sources on sources.id = citations.source_id
join sources as documents on documents.id = citations.document_id
where citations.n = 1;
CREATE VIEW known_as as
select
  actors.id as actor_id,
  actors.key as actor,
  (select group_concat(value, '; ') from (select actor_names.name as value 
          from actor_names
          where actor_names.actor_id = actors.id
          group by actor_names.name
          order by min(case actor_names.name_kind when 'name' then 0 when 'short' then 1 when 'title' then 2 when 'metonym' then 3 when 'description' then 4 when 'transliteration' then 5 end), actor_names.name
        ) as listed) as names
from actors;
CREATE VIEW grounds as
select
  facts.id as fact_id,
  (select group_concat(value, '; ') from (select evidence.modality as value 
  from evidence
  join sources as documents on documents.id = evidence.document_id
  where evidence.fact_id = facts.id
 and evidence.modality is not null group by evidence.modality order by min(documents.key), min(evidence.n), value) as listed) as modality,
  (select group_concat(value, '; ') from (select evidence.certainty as value 
  from evidence
  join sources as documents on documents.id = evidence.document_id
  where evidence.fact_id = facts.id
 and evidence.certainty is not null group by evidence.certainty order by min(documents.key), min(evidence.n), value) as listed) as certainty,
  (select group_concat(value, '; ') from (select evidence.hedge as value 
  from evidence
  join sources as documents on documents.id = evidence.document_id
  where evidence.fact_id = facts.id
 and evidence.hedge is not null group by evidence.hedge order by min(documents.key), min(evidence.n), value) as listed) as hedge,
  (select group_concat(value, '; ') from (select evidence.date_words as value 
  from evidence
  join sources as documents on documents.id = evidence.document_id
  where evidence.fact_id = facts.id
 and evidence.date_words is not null group by evidence.date_words order by min(documents.key), min(evidence.n), value) as listed) as words,
  (select group_concat(value, ' | ') from (select (
  with recursive steps (parent_id, through) as (
    select a.parent_id, s.title
    from attributions as a
    join sources as s on s.id = a.source_id
    where a.id = evidence.attribution_id
    union all
    select a.parent_id, steps.through || '; ' || s.title
    from steps
    join attributions as a on a.id = steps.parent_id
    join sources as s on s.id = a.source_id
  )
  select through from steps where parent_id is null
) as value 
  from evidence
  join sources as documents on documents.id = evidence.document_id
  where evidence.fact_id = facts.id
 group by evidence.attribution_id order by min(documents.key), min(evidence.n), value) as listed) as through,
  (select group_concat(value, '; ') from (select documents.key as value 
  from evidence
  join sources as documents on documents.id = evidence.document_id
  where evidence.fact_id = facts.id
 and documents.key is not null group by documents.key order by min(documents.key), min(evidence.n), value) as listed) as source,
  (select group_concat(value, '; ') from (select 
  case
    when exists (
      select 1
      from evidence as others
      where others.fact_id = facts.id and others.document_id <> evidence.document_id
    )
    then documents.key || ' '
    else ''
  end || '¶' || spans.passage
 as value 
  
  from evidence
  join spans on spans.evidence_id = evidence.id
  join sources as documents on documents.id = evidence.document_id
  where evidence.fact_id = facts.id

  group by documents.key, evidence.document_id, spans.passage
  order by documents.key, spans.passage
) as listed) as passage,
  (
      select documents.key 
  from evidence
  join spans on spans.evidence_id = evidence.id
  join sources as documents on documents.id = evidence.document_id
  where evidence.fact_id = facts.id

      order by documents.key, spans.passage, spans.start_offset
      limit 1
    ) as document,
  (
      select spans.passage 
  from evidence
  join spans on spans.evidence_id = evidence.id
  join sources as documents on documents.id = evidence.document_id
  where evidence.fact_id = facts.id

      order by documents.key, spans.passage, spans.start_offset
      limit 1
    ) as paragraph,
  (
      select spans.start_offset 
  from evidence
  join spans on spans.evidence_id = evidence.id
  join sources as documents on documents.id = evidence.document_id
  where evidence.fact_id = facts.id

      order by documents.key, spans.passage, spans.start_offset
      limit 1
    ) as start
from facts;
CREATE VIEW timeline as
select
  facts.id as fact_id,
  facts.key as event,
  case facts.kind when 'event' then 'event' else 'statement' end as kind,
  events.event_type as type,
  coalesce(
    events.title,
    coalesce((select group_concat(value, '; ') from (select actors.name as value 
          from participants
          join actors on actors.id = participants.actor_id
          where participants.fact_id = facts.id and participants.role in ('speaker')
          group by actors.name
          order by min(case participants.role when 'speaker' then 0 end), actors.name
        ) as listed) || ': ', '') || coalesce(quotes.says, quotes.text)
  ) as title,
  coalesce(events.date, quotes.date) as date,
  dates.earliest,
  dates.latest,
  dates.precision,
  dates.qualifier,
  grounds.words,
  places.name as place,
  (select group_concat(value, '; ') from (select actors.name as value 
          from participants
          join actors on actors.id = participants.actor_id
          where participants.fact_id = facts.id and participants.role in ('doer', 'receiver', 'instrument', 'beneficiary', 'mediator', 'host', 'concerned', 'speaker', 'addressee', 'subject')
          group by actors.name
          order by min(case participants.role when 'doer' then 0 when 'receiver' then 1 when 'instrument' then 2 when 'beneficiary' then 3 when 'mediator' then 4 when 'host' then 5 when 'concerned' then 6 when 'speaker' then 7 when 'addressee' then 8 when 'subject' then 9 end), actors.name
        ) as listed) as who,
  case facts.kind when 'event' then events.modality else (select evidence.modality 
  from evidence
  join sources as documents on documents.id = evidence.document_id
  where evidence.fact_id = facts.id
 order by documents.key, evidence.n limit 1) end as modality,
  grounds.certainty,
  grounds.through,
  grounds.source,
  grounds.passage,
  grounds.document,
  grounds.paragraph,
  grounds.start
from facts
join grounds on grounds.fact_id = facts.id
left join events on events.id = facts.id
left join quotes on quotes.id = facts.id
left join dates on dates.edtf = coalesce(events.date, quotes.date)
left join places on places.id = events.place_id
where facts.kind = 'event' or quotes.date is not null;
CREATE VIEW quotations as
select
  quotes.id as fact_id,
  facts.key as quote,
  (select group_concat(value, '; ') from (select actors.name as value 
          from participants
          join actors on actors.id = participants.actor_id
          where participants.fact_id = quotes.id and participants.role in ('speaker')
          group by actors.name
          order by min(case participants.role when 'speaker' then 0 end), actors.name
        ) as listed) as speaker,
  quotes.text,
  quotes.says,
  quotes.directness,
  quotes.marks,
  quotes.date,
  dates.earliest,
  dates.latest,
  (select group_concat(value, '; ') from (select actors.name as value 
          from participants
          join actors on actors.id = participants.actor_id
          where participants.fact_id = quotes.id and participants.role in ('subject')
          group by actors.name
          order by min(case participants.role when 'subject' then 0 end), actors.name
        ) as listed) as about,
  (select group_concat(value, '; ') from (select actors.name as value 
          from participants
          join actors on actors.id = participants.actor_id
          where participants.fact_id = quotes.id and participants.role in ('addressee')
          group by actors.name
          order by min(case participants.role when 'addressee' then 0 end), actors.name
        ) as listed) as addressee,
  occasions.key as occasion,
  grounds.words as date_words,
  grounds.certainty,
  grounds.through,
  grounds.source,
  grounds.passage,
  grounds.document,
  grounds.paragraph,
  grounds.start
from quotes
join facts on facts.id = quotes.id
join grounds on grounds.fact_id = quotes.id
left join dates on dates.edtf = quotes.date
left join facts as occasions on occasions.id = quotes.occasion_id;
CREATE VIEW ties as
select
  relations.id as fact_id,
  facts.key as relation,
  origins.key as from_key,
  origins.name as from_name,
  relations.type,
  relation_types.label,
  relation_types.inverse,
  targets.key as to_key,
  targets.name as to_name,
  relations.what,
  topics.label as topic,
  relations.since,
  relations.until,
  grounds.modality,
  grounds.certainty,
  grounds.words,
  grounds.through,
  grounds.source,
  grounds.passage,
  grounds.document,
  grounds.paragraph,
  grounds.start
from relations
join facts on facts.id = relations.id
join relation_types on relation_types.key = relations.type
join actors as origins on origins.id = relations.from_actor_id
join actors as targets on targets.id = relations.to_actor_id
join grounds on grounds.fact_id = relations.id
left join topics on topics.id = relations.topic_id;
CREATE VIEW stances as
select
  positions.id as fact_id,
  facts.key as position,
  topics.key as topic_key,
  topics.label as topic,
  (select group_concat(value, '; ') from (select actors.name as value 
          from participants
          join actors on actors.id = participants.actor_id
          where participants.fact_id = positions.id and participants.role in ('holder')
          group by actors.name
          order by min(case participants.role when 'holder' then 0 end), actors.name
        ) as listed) as holder,
  positions.position_kind as kind,
  positions.statement,
  (select group_concat(value, '; ') from (select actors.name as value 
          from participants
          join actors on actors.id = participants.actor_id
          where participants.fact_id = positions.id and participants.role in ('object')
          group by actors.name
          order by min(case participants.role when 'object' then 0 end), actors.name
        ) as listed) as object,
  grounds.modality,
  grounds.certainty,
  grounds.through,
  grounds.source,
  grounds.passage,
  grounds.document,
  grounds.paragraph,
  grounds.start
from positions
join facts on facts.id = positions.id
join topics on topics.id = positions.topic_id
join grounds on grounds.fact_id = positions.id;
CREATE VIEW told as
select
  facts.id as fact_id,
  facts.kind,
  facts.key as fact,
  coalesce(
    events.title,
    quotes.says,
    quotes.text,
    positions.statement,
    origins.name || ' ' || replace(relations.type, '-', ' ') || ' ' || targets.name
      || coalesce(': ' || coalesce(relations.what, topics.label), ''),
    ones.title || ': ' || replace(event_links.type, '-', ' ') || ': ' || others.title,
    actor_names.name
  ) as statement
from facts
left join events on events.id = facts.id
left join quotes on quotes.id = facts.id
left join positions on positions.id = facts.id
left join relations on relations.id = facts.id
left join actors as origins on origins.id = relations.from_actor_id
left join actors as targets on targets.id = relations.to_actor_id
left join topics on topics.id = relations.topic_id
left join event_links on event_links.id = facts.id
left join events as ones on ones.id = event_links.from_event_id
left join events as others on others.id = event_links.to_event_id
left join actor_names on actor_names.id = facts.id;
CREATE VIEW located as
select
  evidence.id as evidence_id,
  (select group_concat(value, '; ') from (select '¶' || spans.passage as value from spans where spans.evidence_id = evidence.id group by spans.passage order by min(spans.n)) as listed) as passage
from evidence;
CREATE VIEW words as
select
  evidence.fact_id,
  facts.kind,
  facts.key as fact,
  evidence.id as evidence_id,
  documents.key as source,
  spans.passage,
  spans.n as span,
  substr(passages.text, spans.start_offset + 1, spans.end_offset - spans.start_offset) as words
from spans
join evidence on evidence.id = spans.evidence_id
join facts on facts.id = evidence.fact_id
join sources as documents on documents.id = spans.document_id
join passages on passages.document_id = spans.document_id and passages.n = spans.passage
where passages.text is not null;
COMMIT;
