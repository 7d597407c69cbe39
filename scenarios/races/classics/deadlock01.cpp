// Two locks are taken in one order here and in the other there.
// finds: deadlock
#include <cassert>
#include <mutex>
#include <thread>

namespace {
std::mutex a;
std::mutex b;
int counter = 1;

void forwards() {
  const std::lock_guard first(a);
  const std::lock_guard second(b);
  ++counter;
}

void backwards() {
#ifdef CORRECT
  forwards();
#else
  const std::lock_guard first(b);
  const std::lock_guard second(a);
  --counter;
#endif
}
}  // namespace

int main() {
  std::thread one(forwards);
  std::thread two(backwards);
  one.join();
  two.join();
}
