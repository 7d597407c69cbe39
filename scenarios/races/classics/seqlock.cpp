// The reader of a sequence lock does not mind that a writer is at work when it begins.
// finds: assertion
#include <atomic>
#include <cassert>
#include <thread>

namespace {
std::atomic<unsigned> sequence{0};
std::atomic<int> left{0};
std::atomic<int> right{0};

void write(int value) {
  ++sequence;
  left = value;
  right = value;
  ++sequence;
}

void read() {
  const unsigned before = sequence;
#ifdef CORRECT
  if (before % 2 != 0) {
    return;
  }
#endif
  const int a = left;
  const int b = right;
  if (sequence == before) {
    assert(a == b);
  }
}
}  // namespace

int main() {
  std::thread writer([] {
    write(1);
    write(2);
  });
  std::thread reader([] {
    read();
    read();
  });
  writer.join();
  reader.join();
}
