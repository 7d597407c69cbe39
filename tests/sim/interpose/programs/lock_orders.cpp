// Orders of locks that no schedule here turns into a deadlock; some could elsewhere, some never can.
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <thread>

namespace {
std::mutex a;
std::mutex b;
std::mutex gate;
std::shared_mutex readers;
std::shared_mutex more_readers;

template <typename First, typename Second>
void both(First& first, Second& second) {
  const std::lock_guard outer(first);
  const std::lock_guard inner(second);
}

/// One after the other, so that nothing is ever waited for.
template <typename First, typename Second>
void in_turn(First first, Second second) {
  std::atomic<bool> done{false};
  std::thread one([&] {
    first();
    done = true;
  });
  std::thread two([&] {
    while (!done) {
      std::this_thread::yield();
    }
    second();
  });
  one.join();
  two.join();
}

void two_threads() {
  in_turn([] { both(a, b); }, [] { both(b, a); });
}

void locks_on_the_heap() {
  const auto locks = std::make_unique<std::mutex[]>(2);
  in_turn([&] { both(locks[0], locks[1]); }, [&] { both(locks[1], locks[0]); });
}

void writers_and_readers() {
  in_turn([] { both(readers, a); },
          [] {
            const std::lock_guard outer(a);
            const std::shared_lock inner(readers);
          });
}

void one_thread() {
  std::thread both_ways([] {
    both(a, b);
    both(b, a);
  });
  both_ways.join();
}

void behind_a_gate() {
  const auto guarded = [](std::mutex& first, std::mutex& second) {
    const std::lock_guard outermost(gate);
    both(first, second);
  };
  in_turn([&] { guarded(a, b); }, [&] { guarded(b, a); });
}

void never_at_once() {
  std::thread one([] { both(a, b); });
  one.join();
  std::thread two([] { both(b, a); });
  two.join();
}

void tried() {
  in_turn([] { both(a, b); },
          [] {
            const std::lock_guard outer(b);
            const std::unique_lock inner(a, std::try_to_lock);
          });
}

void only_readers() {
  const auto read = [](std::shared_mutex& first, std::shared_mutex& second) {
    const std::shared_lock outer(first);
    const std::shared_lock inner(second);
  };
  in_turn([&] { read(readers, more_readers); }, [&] { read(more_readers, readers); });
}

void by_two_at_once() {
  in_turn([] { const std::scoped_lock both_locks(a, b); }, [] { const std::scoped_lock both_locks(b, a); });
}
}  // namespace

int main(int, char** arguments) {
  const struct {
    const char* name;
    void (*run)();
  } cases[] = {{"two_threads", two_threads},
               {"locks_on_the_heap", locks_on_the_heap},
               {"writers_and_readers", writers_and_readers},
               {"one_thread", one_thread},
               {"behind_a_gate", behind_a_gate},
               {"never_at_once", never_at_once},
               {"tried", tried},
               {"only_readers", only_readers},
               {"by_two_at_once", by_two_at_once}};
  for (const auto& one : cases) {
    if (std::strcmp(arguments[1], one.name) == 0) {
      one.run();
      return 0;
    }
  }
  std::abort();
}
