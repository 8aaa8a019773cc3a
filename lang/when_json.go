package lang

import (
	"encoding/json"
	"fmt"
	"time"
)

// UnmarshalJSON reads what json.Marshal made of a When. JSON keeps only the
// offset of a time, so its times are put back into the zone that it names.
func (w *When) UnmarshalJSON(data []byte) error {
	type plain When
	var p plain
	if err := json.Unmarshal(data, &p); err != nil {
		return err
	}
	if p.Zone != "" {
		loc, err := time.LoadLocation(p.Zone)
		if err != nil {
			return fmt.Errorf("read zone of a date: %w", err)
		}
		for _, t := range []*time.Time{&p.Start, &p.End, &p.Repeat.Until} {
			*t = inZone(*t, loc)
		}
	}
	*w = When(p)
	return nil
}
