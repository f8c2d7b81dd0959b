"""Configuration: what people keep in the portal."""

from app.models.configuration.customer_account import CustomerAccount, CustomerItemNumber
from app.models.configuration.person import ApiToken, Membership, Person, SignInSession
from app.models.configuration.rule_set import PublishedRuleSet
from app.models.configuration.seller import SellerProfile, Subscription, Terms
from app.models.configuration.tick import ScheduleTick

__all__ = [
    "ApiToken",
    "CustomerAccount",
    "CustomerItemNumber",
    "Membership",
    "Person",
    "PublishedRuleSet",
    "ScheduleTick",
    "SellerProfile",
    "SignInSession",
    "Subscription",
    "Terms",
]
