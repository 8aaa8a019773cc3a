package commands

import (
	"context"
	"errors"

	"buffet/lang"
	"buffet/offers"
	"buffet/store"
)

// seatOrNumber asks back if the bare number that answers an announcement may
// mean the place of one date in it and the number of another offer; with "nr"
// before it, it is the offer's.
func (c *Call) seatOrNumber(ctx context.Context, tx *store.Tx, a askedDate) error {
	if a.number == 0 || a.sure || offers.SeatSign(a.number) == "" {
		return nil
	}
	items, err := c.announcedHere(ctx, tx)
	if err != nil || len(items) < 2 {
		return err
	}
	for _, i := range items {
		if i.Seat != a.number {
			continue
		}
		seat, err := store.OfferByID(ctx, tx, i.Offer)
		if err != nil || seat.Number == a.number || seat.Network != c.Network.Name {
			return err
		}
		number, err := store.OfferByNumber(ctx, tx, c.Network.Name, a.number)
		if errors.Is(err, store.ErrNotFound) || err == nil && number.Status == store.OfferWithdrawn {
			return nil
		} else if err != nil {
			return err
		}
		return c.wrong("signup_seat_or_number", lang.Values{"Sign": offers.SeatSign(i.Seat), "Word": c.Command.Name(c.Lang), "Seat": seat.Number,
			"Title": shorten(seat.Title, 120), "Number": number.Number, "Other": shorten(number.Title, 120)})
	}
	return nil
}
