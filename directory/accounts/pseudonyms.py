"""Made-up names to be shown under: two plain words and a number, offered to whoever registers."""

import secrets

_FIRST_WORDS = (
    "Amber Autumn Brisk Bright Calm Candid Cedar Clear Copper Coral Cosy Daily Early Easy Even Fair Fresh Gentle Golden "
    "Green Happy Hazel Honest Humble Indigo Ivory Jolly Kind Lively Lucky Maple Mellow Merry Misty Modest Olive Patient "
    "Plain Polite Proud Quiet Rapid Rosy Ruby Sandy Silver Simple Sunny Tidy Velvet Warm Winter"
)
_SECOND_WORDS = (
    "Anchor Apple Badger Basket Beacon Birch Bridge Brook Candle Canyon Cloud Clover Comet Cove Dune Falcon Feather Fern "
    "Finch Garden Glacier Harbour Hare Heron Island Kite Ladder Lagoon Lantern Lark Linden Meadow Moss Otter Paddle Pebble "
    "Pine Plum Pond Prairie Quarry Reef River Robin Sail Sparrow Spruce Thistle Tulip Valley Walnut Willow"
)
_FIRST, _SECOND = _FIRST_WORDS.split(), _SECOND_WORDS.split()
_NUMBERS = range(2, 100)


def offer() -> str:
    """Return a name that says nothing of anybody: "Quiet Harbour 42"."""
    number = _NUMBERS[secrets.randbelow(len(_NUMBERS))]
    return f"{secrets.choice(_FIRST)} {secrets.choice(_SECOND)} {number}"
