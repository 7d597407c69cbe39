// main returns, and its globals are destroyed, while a detached thread still reads them.
// finds: data race or use after free
#include <atomic>
#include <cassert>
#include <chrono>
#include <string>
#include <thread>

namespace {
std::string text = "a global string, long enough to lie on the heap";
std::atomic<bool> done{false};
}  // namespace

int main() {
  std::thread([] {
    const char first = text[0];
    assert(first == 'a');
    done = true;
  }).detach();
#ifdef CORRECT
  while (!done) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
#endif
}
