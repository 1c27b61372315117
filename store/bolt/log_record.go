package bolt

import (
	"encoding/binary"
	"fmt"

	"frontdesk/store"
)

// A record in log.db: the key is the sequence number, eight bytes, big-endian. The value is a version (one byte),
// the kind (one byte), the arrival time in milliseconds (eight bytes, big-endian) and the body. Records are read for
// ever: another layout is another version, and this one goes on being read.
const (
	recordVersion = 1
	recordHeader  = 1 + 1 + 8
)

func encodeSeq(seq store.Seq) []byte { return binary.BigEndian.AppendUint64(nil, uint64(seq)) }

func decodeSeq(key []byte) (store.Seq, error) {
	if len(key) != 8 {
		return 0, fmt.Errorf("a place in the log has %d bytes instead of 8; the file is damaged, restore it from a backup", len(key))
	}
	return store.Seq(binary.BigEndian.Uint64(key)), nil
}

func encodeRecord(r store.Record) []byte {
	value := make([]byte, 0, recordHeader+len(r.Body))
	value = append(value, recordVersion, byte(r.Kind))
	value = binary.BigEndian.AppendUint64(value, uint64(r.At))
	return append(value, r.Body...)
}

// decodeRecord copies: value dies with its transaction.
func decodeRecord(seq store.Seq, value []byte) (store.Record, error) {
	switch {
	case len(value) < recordHeader:
		return store.Record{}, fmt.Errorf("record %d has only %d bytes; the file is damaged, restore it from a backup", seq, len(value))
	case value[0] > recordVersion:
		return store.Record{}, fmt.Errorf("record %d: %w: version %d, this one reads up to %d; update frontdesk",
			seq, store.ErrNewer, value[0], recordVersion)
	case value[0] == 0:
		return store.Record{}, fmt.Errorf("record %d has no version; the file is damaged, restore it from a backup", seq)
	}
	return store.Record{
		Seq:  seq,
		Kind: store.RecordKind(value[1]),
		At:   store.Millis(binary.BigEndian.Uint64(value[2:])),
		Body: append([]byte{}, value[recordHeader:]...),
	}, nil
}
