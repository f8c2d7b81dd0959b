"""Portal and ERP come to one mind about an order: small differences are taken, others are put to the buyer line by line.

`taking` compares what the ERP holds with what was sent; `asking_again` asks for last-known prices before an order is
sent; `deciding` is the buyer's answer, `at_the_desk` what follows a no. Nothing in the ERP is changed in silence.
"""
