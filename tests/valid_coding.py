"""A small coding without a fault, for tests to load and to spoil."""

VALID_CODING = """
format: 1
coder: Tests
document:
  key: harbour-talks
  title: The Harbour Talks
  language: en
  published: 2020-03-10
  authors: [ana-writer]
passages:
- {length: 100, hash: HASH}
- {length: 20, hash: HASH, heading: true}
- {length: 90, hash: HASH}
topics:
- {key: the-harbour, label: The harbour}
places:
- {key: norland, name: Norland, kind: country}
- {key: port-ann, name: Port Ann, kind: city, within: norland}
actors:
- {key: ana-writer, name: Ana Writer, kind: person}
- key: norland-state
  name: Norland
  kind: state
  names:
  - name: the Norlanders
    kind: description
    evidence:
    - at: 1:0-15
- {key: sudland-state, name: Sudland, kind: state}
- {key: envoy, name: An unnamed envoy, kind: unnamed}
sources:
- {key: daily-report, title: A report of the Daily, kind: press-report}
- key: envoy-remarks
  title: The envoy's remarks
  kind: remarks
  anonymity: unnamed
  voices: [envoy]
events:
- key: talks
  title: Talks at Port Ann
  type: consult
  date: 2020-03-01
  place: port-ann
  who: {doer: [norland-state, sudland-state]}
  evidence:
  - at: 1:0-50
    words: on 1 March
- key: walk-out
  title: Sudland leaves
  date: 2020-03-03~
  who: {doer: sudland-state}
  evidence:
  - at: 3:0-20
    through: [daily-report, envoy-remarks]
    words: two days later
links:
- {from: walk-out, type: follows, to: talks, lag: two days later, evidence: [{at: '3:0-20'}]}
quotes:
- key: envoy-on-walk-out
  text: it was over
  says: The talks had failed.
  directness: partial
  who: {speaker: envoy, subject: [sudland-state]}
  evidence:
  - at: 3:30-41
    through: [daily-report]
positions:
- key: norland-wants-harbour
  topic: the-harbour
  kind: goal
  statement: to have the harbour
  who: {holder: norland-state}
  evidence:
  - at: 1:60-80
relations:
- {from: norland-state, type: rival-of, to: sudland-state, evidence: [{at: '1:0-50'}]}
""".replace("HASH", "0" * 64)
