#include "os/net/loop.hpp"

#include <csignal>
#include <future>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace flyball::os::net {
namespace {

using std::chrono::milliseconds;

TEST(Loop, RunsWhatIsPostedInItsOrder) {
  EventLoop loop;
  std::string order;
  loop.post([&] {
    order += 'a';
    loop.post([&] { order += 'c'; });
    order += 'b';
    EXPECT_TRUE(loop.on_loop());
  });
  loop.post([&] { order += '-'; });
  loop.after(milliseconds(1), [&] { loop.stop(); });
  EXPECT_FALSE(loop.on_loop());
  loop.run();
  EXPECT_EQ(order, "ab-c");
}

TEST(Loop, TimersRunByTheirTimeAndCancelledOnesDoNot) {
  EventLoop loop;
  std::string order;
  const auto begin = loop.now();
  const auto never = loop.after(milliseconds(20), [&] { order += 'x'; });
  loop.after(milliseconds(10), [&] {
    order += 'a';
    loop.cancel(never);
    loop.after(milliseconds(20), [&] {
      order += 'c';
      loop.stop();
    });
    loop.after(-milliseconds(10), [&] { order += 'b'; });
  });
  loop.run();
  EXPECT_EQ(order, "abc");
  EXPECT_GE(loop.now() - begin, milliseconds(30));
}

TEST(Loop, ThousandsOfTimersDueAtOnceAllRun) {
  EventLoop loop;
  int ran = 0;
  for (int i = 0; i < 5000; ++i) loop.after(milliseconds(1), [&] { ++ran; });
  loop.after(milliseconds(2), [&] { loop.stop(); });
  loop.run();
  EXPECT_EQ(ran, 5000);
}

TEST(Loop, OtherThreadsPostAndStop) {
  EventLoop loop;
  int ran = 0;
  std::promise<void> runs;
  loop.post([&] { runs.set_value(); });
  std::thread other([&] {
    runs.get_future().wait();
    for (int i = 0; i < 1000; ++i) loop.post([&] { ++ran; });
    loop.stop();
    EXPECT_EQ(ran, 1000);
  });
  loop.run();
  other.join();
  EXPECT_EQ(ran, 1000);
}

TEST(Loop, AStopBeforeTheRunEndsItAtOnce) {
  EventLoop loop;
  loop.stop();
  loop.run();
}

TEST(Loop, SignalsRunTheirWork) {
  EventLoop loop;
  int got = 0;
  loop.on_signal(SIGUSR1, [&] {
    if (++got == 2)
      loop.stop();
    else
      std::raise(SIGUSR1);
  });
  loop.post([] { std::raise(SIGUSR1); });
  loop.run();
  EXPECT_EQ(got, 2);
}

}  // namespace
}  // namespace flyball::os::net
