"""The matrix of what an ERP can do, what is right then, and the tests that show it.

`shown` names test functions of this folder. A row that cannot be tried says why in `cannot`.
"""

from __future__ import annotations

from dataclasses import dataclass

ENTERING = "test_entering.test_an_entry_says_what_is_known_a_look_up_tells_the_rest_and_a_repeat_leaves_one"
DELIVERING = "test_delivering.test_the_order_ends_once_in_the_erp_or_with_people_who_know_why"
READING = "test_asking.test_a_read_that_goes_wrong_says_so_and_brings_nothing"


@dataclass(frozen=True)
class Row:
    """`erp` is what it does, `conduct` what we do then."""

    id: str
    erp: str
    conduct: str
    shown: tuple[str, ...] = ()
    cannot: str = ""


def _entered(*more: str) -> tuple[str, ...]:
    return ENTERING, DELIVERING, *more


ROWS: tuple[Row, ...] = (
    Row(
        "E1",
        "is away: connection refused, no such name, certificate expired or of another host",
        "orders are taken and wait, the breaker leaves the ERP alone, an untrustworthy certificate gets nothing",
        (
            "test_certificates.test_an_untrustworthy_certificate_gets_nothing",
            "test_asking.test_a_host_that_cannot_be_reached_got_nothing",
            "test_outages.test_while_the_erp_is_away_orders_are_taken_and_it_is_left_alone_then_each_goes_in_once",
            "test_outages.test_an_order_that_never_left_the_house_costs_no_look_up",
        ),
    ),
    Row("E2", "times out before the commit", "looked up, not found, sent again", _entered(READING)),
    Row("E3", "times out after the commit", "looked up, found, adopted", _entered()),
    Row("E4", "commits late", "found by the look-up, or the unique key refuses the second", _entered()),
    Row("E5", "500 before or after the commit", "as E2 and E3", _entered(READING)),
    Row("E6", "408, 502, 503, 504 before or after the commit", "as E2 and E3", _entered(READING)),
    Row(
        "E7",
        "429 with Retry-After in seconds, as a date, absent, absurd",
        "obeyed for the whole connection, an hour at most; an odd one is named",
        _entered(
            READING,
            "test_entering.test_a_wait_is_obeyed_up_to_an_hour_and_an_odd_one_is_named",
            "test_entering.test_a_wait_until_a_date_is_obeyed",
            "test_outages.test_a_busy_erp_is_left_alone_as_long_as_it_asks_but_an_hour_at_most",
        ),
    ),
    Row("E8", "drips, for ever", "the deadline for the whole answer ends it", _entered(READING)),
    Row(
        "E9",
        "cut JSON, sign-in page with 200, nothing, a picture, a gzip bomb, 100 MB",
        "the outcome is unknown: looked up; nothing of it is believed, no more than the cap is read",
        _entered(READING, "test_entering.test_of_an_answer_beyond_the_cap_no_more_is_read"),
    ),
    Row(
        "E10",
        "401 in the middle, a token that ends",
        "renewed once for all threads; a refused sign-in is not repeated at once",
        _entered(
            "test_entering.test_a_token_that_ends_in_the_middle_is_renewed_once_for_many",
            "test_entering.test_many_threads_whose_token_ended_sign_in_once",
            "test_entering.test_a_sign_in_that_is_refused_is_not_tried_again_and_again",
            "test_asking.test_a_token_that_dies_between_two_pages_is_renewed_and_no_row_is_lost",
        ),
    ),
    Row("E11", "403, 404, 413, 422", "no repeat; people see the ERP's sentence", _entered(READING)),
    Row(
        "E12",
        "409, the key is there",
        "adopted, after customer and content were compared",
        (
            "test_entering.test_a_document_that_is_there_already_is_found_with_its_lines",
            "test_delivering.test_a_document_under_our_key_is_adopted_if_it_is_ours",
        ),
    ),
    Row("E13", "refuses: credit, blocked customer or item, price", "no repeat; the ERP's sentence", _entered()),
    Row("E14", "enters the header, loses a line", "seen in the read-back, the buyer is asked", _entered()),
    Row(
        "E15",
        "other price, rounding to two decimals, other item, other quantity, later date, split",
        "inside the tolerance taken, else the buyer is asked line by line",
        _entered("test_entering.test_what_the_erp_made_of_it_is_what_we_read"),
    ),
    Row(
        "E16",
        "makes two documents of one order",
        "on the list of differences, the order is held",
        (
            "test_entering.test_two_documents_under_one_key_are_both_in_the_feed",
            "test_outages.test_two_documents_for_one_order_are_on_the_list_and_the_order_is_held",
        ),
    ),
    Row(
        "E17",
        "is put back to a backup: documents vanish, numbers are given again",
        "a complete list for people, nothing is sent by itself",
        (
            "test_outages.test_an_erp_put_back_to_a_backup_is_a_list_for_people_and_nothing_is_sent_again",
            "test_outages.test_a_number_given_again_after_a_restore_is_not_taken_for_the_lost_order",
        ),
    ),
    Row(
        "E18",
        "its clock is ten minutes wrong, jumps, or names no zone",
        "feeds overlap by fifteen minutes; beyond that the full read of the night",
        (
            "test_mirroring.test_an_erp_whose_clock_is_wrong_hides_no_change",
            "test_mirroring.test_a_clock_that_is_put_right_hides_no_change",
            "test_mirroring.test_a_clock_that_was_hours_ahead_hides_no_change_of_others",
            "test_mirroring.test_what_a_jump_beyond_the_overlap_hides_the_full_read_brings",
            "test_asking.test_a_record_that_is_odd_is_set_aside_with_its_reason_and_the_others_go_on",
        ),
    ),
    Row(
        "E19",
        "a feed that repeats, omits, reorders, leads astray; a page token that expires",
        "the mirror ends at what the ERP has; an empty feed withdraws nothing",
        (
            READING,
            "test_asking.test_a_page_that_leads_to_itself_ends",
            "test_asking.test_pages_that_lead_in_a_circle_end",
            "test_asking.test_a_page_token_that_has_expired_begins_at_the_mark_again",
            "test_mirroring.test_rows_that_come_twice_or_in_another_order_make_no_difference",
            "test_mirroring.test_a_row_that_the_feed_omits_comes_with_the_next_as_that_reaches_back",
            "test_mirroring.test_a_full_read_withdraws_what_is_missing_and_the_next_one_brings_it_back",
            "test_mirroring.test_an_empty_feed_withdraws_nothing_and_says_so",
            "test_mirroring.test_a_page_token_that_expires_in_the_middle_costs_no_row",
        ),
    ),
    Row(
        "E20",
        "unknown enumeration, new field, field gone, number as text, null for what is needed",
        "that record is set aside and named, the others go on",
        (
            "test_asking.test_a_record_that_is_odd_is_set_aside_with_its_reason_and_the_others_go_on",
            "test_asking.test_a_field_gone_new_or_with_an_unknown_value_costs_at_most_its_record",
            "test_asking.test_a_number_nobody_can_compute_with_costs_its_record_only",
            "test_asking.test_an_order_that_cannot_be_read_is_no_order_that_is_not_there",
            "test_mirroring.test_an_odd_record_is_set_aside_the_others_go_on_and_what_we_have_of_it_stays",
        ),
    ),
    Row(
        "E21",
        "redirects to another host or an inner address",
        "not followed",
        _entered(READING, "test_entering.test_a_redirect_is_not_followed_neither_written_nor_read"),
    ),
    Row(
        "E22",
        "is away for a day while orders queue up",
        "all are taken, and drained within the pace, each once (few orders here; figures in `docs/reliability.md`)",
        (
            "test_outages.test_while_the_erp_is_away_orders_are_taken_and_it_is_left_alone_then_each_goes_in_once",
            "test_outages.test_of_twelve_waiting_orders_no_more_go_out_at_once_than_the_pace_allows",
        ),
    ),
    Row(
        "E23",
        "its price feed stops",
        "it stops alone, the age of the prices is known, what was promised is kept or asked",
        (
            "test_mirroring.test_a_price_feed_that_stops_stops_alone_and_its_age_is_known",
            "test_outages.test_with_prices_that_cannot_be_read_an_order_goes_in_at_the_price_that_was_shown",
        ),
    ),
    Row(
        "E24",
        "exchanges files: half-written, twice, without an end, in another encoding",
        "to be complete before it is taken, and taken once",
        cannot="Portico has no connector that exchanges files with an ERP; both doors into the ERP are HTTP.",
    ),
)
