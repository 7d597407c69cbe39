// A program whose global variables and heap would differ in the second schedule if they were not set back.
#include <cassert>
#include <string>
#include <thread>
#include <vector>

namespace {
int runs = 0;
std::vector<std::string> heap(2, "long enough to be on the heap, for certain");
}  // namespace

int main() {
  assert(++runs == 1);
  assert(heap.size() == 2 && heap[1].size() > 30);
  std::thread thread([] { heap.emplace_back("third"); });
  thread.join();
  heap[1].clear();
}
