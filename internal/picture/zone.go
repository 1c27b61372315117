package main

import (
	"encoding/binary"
	"time"
)

// wallClock is the time of day at which every picture begins, so that pictures differ by what changed on the screen.
const wallClock = 10*time.Hour + 24*time.Minute

// zoneWhereItIs is a time zone (a TZif file, version 1) in which the time of day is now clock.
func zoneWhereItIs(clock time.Duration, now time.Time) []byte {
	today := time.Duration(now.Unix()%86400) * time.Second // of UTC
	offset := clock - today                                // from -14 to +11 hours
	b := make([]byte, 20, 64)
	copy(b, "TZif")
	for _, count := range []uint32{0, 0, 0, 0, 1, 4} { // one kind of time, four bytes of names, no changes
		b = binary.BigEndian.AppendUint32(b, count)
	}
	b = binary.BigEndian.AppendUint32(b, uint32(int32(offset/time.Second)))
	b = append(b, 0, 0) // no summer time; where its name begins
	return append(b, "PIC\x00"...)
}
