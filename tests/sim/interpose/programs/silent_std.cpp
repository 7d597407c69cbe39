// A correct program with most of what <thread> and its neighbours offer: nothing is to be said of it.
#include <atomic>
#include <barrier>
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <future>
#include <latch>
#include <map>
#include <memory>
#include <mutex>
#include <queue>
#include <semaphore>
#include <shared_mutex>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

std::mutex guard;
std::condition_variable changed;

void hand_over() {
  std::queue<int> items;
  bool finished = false;
  int sum = 0;
  std::thread producer([&] {
    for (int i = 0; i < 5; ++i) {
      const std::lock_guard lock(guard);
      items.push(i);
      changed.notify_one();
    }
    const std::lock_guard lock(guard);
    finished = true;
    changed.notify_all();
  });
  std::thread consumer([&] {
    std::unique_lock lock(guard);
    for (;;) {
      changed.wait(lock, [&] { return !items.empty() || finished; });
      if (items.empty()) {
        return;
      }
      sum += items.front();
      items.pop();
    }
  });
  producer.join();
  consumer.join();
  assert(sum == 10);
}

void stop_and_sleep() {
  const auto began = std::chrono::steady_clock::now();
  {
    std::jthread worker([](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        std::this_thread::sleep_for(10ms);
      }
    });
    std::this_thread::sleep_for(1s);
  }
  assert(std::chrono::steady_clock::now() - began >= 1s);
  std::unique_lock lock(guard);
  assert(!changed.wait_for(lock, 100ms, [] { return false; }));
}

void futures() {
  auto five = std::async(std::launch::async, [] { return 5; });
  assert(five.get() == 5);
  std::promise<int> promise;
  auto future = promise.get_future();
  std::thread thrower([&] {
    try {
      throw std::runtime_error("lost");
    } catch (...) {
      promise.set_exception(std::current_exception());
    }
  });
  try {
    future.get();
    assert(false);
  } catch (const std::runtime_error& error) {
    assert(std::string(error.what()) == "lost");
  }
  thrower.join();
}

void counting() {
  std::counting_semaphore<4> tokens(0);
  std::thread giver([&] { tokens.release(2); });
  tokens.acquire();
  tokens.acquire();
  giver.join();
  std::latch start(3);
  std::barrier round(3);
  std::atomic<int> inside{0};
  {
    std::vector<std::jthread> all;
    for (int i = 0; i < 3; ++i) {
      all.emplace_back([&] {
        start.arrive_and_wait();
        ++inside;
        round.arrive_and_wait();
        assert(inside == 3);
        round.arrive_and_wait();
        --inside;
      });
    }
  }
  assert(inside == 0);
  std::thread sleeper([&] {
    inside.wait(0);
    assert(inside == 1);
  });
  inside = 1;
  inside.notify_one();
  sleeper.join();
}

thread_local int number = 7;
thread_local std::string word("abc");

void own_variables() {
  const auto change = [](const char* letter) {
    ++number;
    word += letter;
    assert(number == 8 && word == std::string("abc") + letter);
  };
  std::thread x(change, "x");
  std::thread y(change, "y");
  x.join();
  y.join();
  assert(number == 7 && word == "abc");
}

std::once_flag once;
int initialised = 0;
std::shared_mutex table_guard;
std::map<int, std::string> table;

int answer() {
  static const int kAnswer = [] { return 42; }();
  return kAnswer;
}

void read_and_write() {
  std::vector<std::thread> all;
  for (int i = 0; i < 3; ++i) {
    all.emplace_back([i] {
      std::call_once(once, [] { ++initialised; });
      assert(answer() == 42);
      if (i == 0) {
        const std::unique_lock lock(table_guard);
        table[1] = "one";
      } else {
        const std::shared_lock lock(table_guard);
        assert(table.count(1) == 0 || table.at(1) == "one");
      }
    });
  }
  for (auto& thread : all) {
    thread.join();
  }
  assert(initialised == 1);
  auto shared = std::make_shared<int>(3);
  std::thread a([shared] { assert(*shared == 3); });
  std::thread b([shared] { assert(*shared == 3); });
  shared.reset();
  a.join();
  b.join();
}

}  // namespace

int main() {
  hand_over();
  stop_and_sleep();
  futures();
  counting();
  own_variables();
  read_and_write();
}
