#include "identity/throttle.hpp"

#include <gtest/gtest.h>

namespace identity {
namespace {

constexpr base::Timestamp start(1'800'000'000 * base::ns_per_s);

TEST(LoginThrottle, BlocksForTheRestOfTheWindow) {
  LoginThrottle throttle;
  for (int i = 0; i < account_failures_max; ++i) {
    EXPECT_EQ(throttle.wait_s("maria", "a", start), 0);
    throttle.note_failure("maria", "a", start);
  }
  EXPECT_EQ(throttle.wait_s("maria", "b", start), 15 * 60);
  EXPECT_EQ(throttle.wait_s("maria", "b", start + 60 * base::ns_per_s + 1), 14 * 60);
  EXPECT_EQ(throttle.wait_s("maria", "b", start + throttle_window_ns), 0);
  EXPECT_EQ(throttle.wait_s("ben", "a", start), 0);
}

TEST(LoginThrottle, ASuccessFreesTheAccountButNotTheAddress) {
  LoginThrottle throttle;
  for (int i = 0; i < address_failures_max; ++i)
    throttle.note_failure("maria", "a", start);
  throttle.note_success("maria");
  EXPECT_EQ(throttle.wait_s("maria", "b", start), 0);
  EXPECT_GT(throttle.wait_s("maria", "a", start), 0);
}

TEST(LoginThrottle, AnEmptyAddressIsNotCounted) {
  LoginThrottle throttle;
  for (int i = 0; i < 2 * address_failures_max; ++i)
    throttle.note_failure("user" + std::to_string(i), "", start);
  EXPECT_EQ(throttle.wait_s("other", "", start), 0);
}

TEST(LoginThrottle, StaysBoundedAndKeepsThoseThatBlock) {
  LoginThrottle throttle;
  for (int i = 0; i < account_failures_max; ++i)
    throttle.note_failure("victim", "", start);
  for (std::size_t i = 0; i < throttle_entries_max + 1'000; ++i)
    throttle.note_failure("user" + std::to_string(i), "", start + 1);
  EXPECT_EQ(throttle.entry_count(), throttle_entries_max);
  EXPECT_GT(throttle.wait_s("victim", "", start + 2), 0);
}

}  // namespace
}  // namespace identity
