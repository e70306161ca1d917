"""The platform's fee is earned release by release, and never a cent is lost or made."""

from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.money import fee_part


@given(
    st.lists(st.integers(1, 500_000), min_size=1, max_size=12),
    st.integers(0, 200_000),
)
def test_any_cut_of_the_fee_earns_the_platform_its_fee_to_the_cent(shares, platform_fee):
    released = recognised = 0
    for share in shares:
        released += share
        part = fee_part(platform_fee, sum(shares), released, recognised)
        assert part >= 0
        recognised += part
    assert recognised == platform_fee
