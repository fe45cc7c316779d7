-- Money that came too late goes back once: all of a payment, without a credit note.
create unique index refunds_of_late_payment on refunds (payment_id) where credit_note_id is null;
