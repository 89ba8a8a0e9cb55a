package rediscluster

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A unit is that of an argument that is a time.
type unit uint8

const (
	seconds        unit = iota + 1
	milliseconds        // a whole number
	secondsDecimal      // seconds with a fraction
)

// A timePlace is the place of an argument that is a time: at an index, or after an option.
type timePlace struct {
	index  int // of the argument; negative: from the end
	unit   unit
	option string // in capital letters, or "" for a place at the index
	from   int    // the lowest index of the option
}

var timePlaces = map[string][]timePlace{
	"BLMOVE":     {{index: -1, unit: secondsDecimal}},
	"BLMPOP":     {{index: 1, unit: secondsDecimal}},
	"BLPOP":      {{index: -1, unit: secondsDecimal}},
	"BRPOP":      {{index: -1, unit: secondsDecimal}},
	"BRPOPLPUSH": {{index: -1, unit: secondsDecimal}},
	"BZMPOP":     {{index: 1, unit: secondsDecimal}},
	"BZPOPMAX":   {{index: -1, unit: secondsDecimal}},
	"BZPOPMIN":   {{index: -1, unit: secondsDecimal}},
	"EXPIRE":     {{index: 2, unit: seconds}},
	"GETEX":      expiryOptions(2),
	"HEXPIRE":    {{index: 2, unit: seconds}},
	"HGETEX":     expiryOptions(2),
	"HPEXPIRE":   {{index: 2, unit: milliseconds}},
	"HSETEX":     expiryOptions(2),
	"MIGRATE":    {{index: 5, unit: milliseconds}},
	"MSETEX":     expiryOptions(4),
	"PEXPIRE":    {{index: 2, unit: milliseconds}},
	"PSETEX":     {{index: 2, unit: milliseconds}},
	"RESTORE":    {{index: 2, unit: milliseconds}},
	"SET":        expiryOptions(3),
	"SETEX":      {{index: 2, unit: seconds}},
	"WAIT":       {{index: -1, unit: milliseconds}},
	"WAITAOF":    {{index: -1, unit: milliseconds}},
	"XAUTOCLAIM": {{index: 4, unit: milliseconds}},
	"XCLAIM":     {{index: 4, unit: milliseconds}},
	"XPENDING":   {{option: "IDLE", from: 3, unit: milliseconds}},
	"XREAD":      {{option: "BLOCK", from: 1, unit: milliseconds}},
	"XREADGROUP": {{option: "BLOCK", from: 4, unit: milliseconds}},
}

func expiryOptions(from int) []timePlace {
	return []timePlace{{option: "EX", from: from, unit: seconds}, {option: "PX", from: from, unit: milliseconds}}
}

// durationText returns a time in the unit of the argument at index. It fails if the argument has no entry in timePlaces, because its
// unit is not known.
func durationText(args []any, index int, d time.Duration) (string, error) {
	switch unitAt(args, index) {
	case seconds:
		return wholeNumber(d, time.Second, "seconds")
	case milliseconds:
		return wholeNumber(d, time.Millisecond, "milliseconds")
	case secondsDecimal:
		return strconv.FormatFloat(d.Seconds(), 'f', -1, 64), nil
	}
	return "", errors.New("is time.Duration, but the unit of this argument is not known: pass a number")
}

// unitAt returns 0 if the argument has no entry in timePlaces.
func unitAt(args []any, index int) unit {
	if index == 0 {
		return 0
	}
	command, _ := args[0].(string)
	for _, place := range timePlaces[strings.ToUpper(command)] {
		if place.isAt(args, index) {
			return place.unit
		}
	}
	return 0
}

func (p timePlace) isAt(args []any, index int) bool {
	if p.option == "" {
		return index == p.index || index == len(args)+p.index
	}
	option, isText := args[index-1].(string)
	return index > p.from && isText && strings.EqualFold(option, p.option)
}

func wholeNumber(d, unit time.Duration, name string) (string, error) {
	if d%unit != 0 {
		return "", fmt.Errorf("is %v, but the command takes whole %s", d, name)
	}
	return strconv.FormatInt(int64(d/unit), 10), nil
}
