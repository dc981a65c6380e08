#include "work/work_queue.hpp"

#include <latch>

#include <gtest/gtest.h>

namespace work {
namespace {

TEST(WorkQueue, RunsEveryJobItTook) {
  std::atomic<int> ran = 0;
  {
    WorkQueue queue(4, 10'000);
    for (int i = 0; i < 10'000; ++i)
      ASSERT_TRUE(queue.add([&] { ++ran; }));
  }
  EXPECT_EQ(ran, 10'000);
}

TEST(WorkQueue, RefusesWhenFullAndCountsIt) {
  std::latch started(1), release(1);
  WorkQueue queue(1, 2);
  ASSERT_TRUE(queue.add([&] {
    started.count_down();
    release.wait();
  }));
  started.wait();
  EXPECT_TRUE(queue.add([] {}));
  EXPECT_TRUE(queue.add([] {}));
  EXPECT_FALSE(queue.add([] {}));
  EXPECT_EQ(queue.refused(), 1u);
  release.count_down();
}

}  // namespace
}  // namespace work
