// oneDNN's own LSTM primitive as a peer of bench/peers; bench/peers/protocol says how the
// two talk. Compiles with oneDNN 2.6 and 3.
//
// The primitive has no lengths: it computes the padded batch, time-major. Left to right
// that is right as it is, since a sequence's padding comes after it; y is zeroed there only
// when it is checked, and a gradient of zero there stays zero on the way back. Right to
// left the primitive would start in the padding. So that direction is a second primitive,
// left to right, over the input with each sequence turned round, as everyone must do who
// uses the primitive for ragged batches. The turning is part of the timed call.
//
// Layers of one direction whose input is as wide as they are run as one primitive. Formats
// of weights and of their gradients are the primitive's choice. For inference the weights
// are reordered once. Training changes them after each call: they are kept as the backward
// primitive has them, and their reorder to the forward primitive's format is part of the
// call. Gradients stay in their format. Primitives, reorders too, scratch and workspace are
// made once.

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include <omp.h>

#include <oneapi/dnnl/dnnl.hpp>

// Another runtime takes its number of threads another way.
#if DNNL_CPU_RUNTIME != DNNL_RUNTIME_OMP
#error "want a oneDNN that is built with OpenMP"
#endif

using dnnl::memory;
using tag = memory::format_tag;
using Arguments = std::unordered_map<int, memory>;

constexpr auto f32 = memory::data_type::f32;

// Text of a JSON object of known, flat fields: case.json and the commands.
class Fields {
public:
    explicit Fields(std::string text) : text(std::move(text)) {}

    long number(const std::string &name) const { return std::stol(text.substr(value(name), 20)); }

    bool truth(const std::string &name) const { return text.compare(value(name), 4, "true") == 0; }

    std::vector<long> numbers(const std::string &name) const {
        const size_t at = value(name), end = text.find(']', at);
        if (text[at] != '[' || end == std::string::npos) throw std::runtime_error("\"" + name + "\": want numbers");
        std::istringstream in(text.substr(at + 1, end - at - 1));
        std::vector<long> all;
        for (std::string n; std::getline(in, n, ',');) all.push_back(std::stol(n));
        return all;
    }

    std::string string(const std::string &name) const {
        const size_t at = value(name), end = text.find('"', at + 1);
        if (text[at] != '"' || end == std::string::npos) throw std::runtime_error("\"" + name + "\": want a string");
        const std::string s = text.substr(at + 1, end - at - 1);
        if (s.find('\\') != std::string::npos) throw std::runtime_error("\"" + name + "\": want no escapes: " + s);
        return s;
    }

private:
    // Where the value of a field starts.
    size_t value(const std::string &name) const {
        size_t at = text.find("\"" + name + "\"");
        if (at != std::string::npos) at = text.find(':', at);
        if (at != std::string::npos) at = text.find_first_not_of(" \t\n", at + 1);
        if (at == std::string::npos) throw std::runtime_error("no \"" + name + "\" in " + text.substr(0, 80));
        return at;
    }

    std::string text;
};

// A case: its shape, and its arrays as the files have them.
struct Case {
    long input, hidden, layers, steps, batch, directions;
    std::vector<long> lengths;
    std::vector<float> weights, x, dy;

    explicit Case(const std::string &folder) {
        std::ifstream in(folder + "/case.json");
        std::ostringstream text;
        if (!(text << in.rdbuf())) throw std::runtime_error("cannot read " + folder + "/case.json");
        const Fields about(text.str());
        input = about.number("input"), hidden = about.number("hidden"), layers = about.number("layers");
        steps = about.number("max_length"), directions = about.truth("bidirectional") ? 2 : 1;
        lengths = about.numbers("lengths"), batch = lengths.size();
        long total = 0;
        for (long k = 0; k < layers; k++) total += directions * 4 * hidden * ((k ? output() : input) + hidden + 2);
        weights = floats(folder + "/weights.f32", total);
        x = floats(folder + "/x.f32", batch * steps * input);
        dy = floats(folder + "/dy.f32", batch * steps * output());
    }

    long output() const { return directions * hidden; }

private:
    static std::vector<float> floats(const std::string &path, long n) {
        std::ifstream in(path, std::ios::binary | std::ios::ate);
        if (!in || in.tellg() != std::streamoff(4 * n))
            throw std::runtime_error(path + ": want " + std::to_string(n) + " floats");
        std::vector<float> v(n);
        in.seekg(0).read(reinterpret_cast<char *>(v.data()), 4 * n);
        return v;
    }
};

// What everything of a run shares.
struct Context {
    Context(const Case &c, bool training) : c(c), training(training), engine(dnnl::engine::kind::cpu, 0), stream(engine) {
        attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    }

    const Case &c;
    bool training;
    dnnl::engine engine;
    dnnl::stream stream;
    dnnl::primitive_attr attributes;
    std::vector<memory> scratch; // one that fits all primitives, which run one after the other

    memory make(const memory::desc &d) const { return memory(d, engine); }

    // [T, N, width], rows of so many columns of which these are the first.
    memory::desc rows(long width, long columns) const {
        return {{c.steps, c.batch, width}, f32, memory::dims{c.batch * columns, columns, 1}};
    }

    void fitScratch(const memory::desc &d) {
        if (scratch.empty() || scratch[0].get_desc().get_size() < d.get_size()) scratch = {make(d)};
    }

    void execute(const dnnl::primitive &p, Arguments &arguments, const memory::desc &scratchpad) {
        if (scratchpad.get_size() > 0)
            arguments[DNNL_ARG_SCRATCHPAD] = memory(scratchpad, engine, scratch[0].get_data_handle());
        p.execute(stream, arguments);
        stream.wait();
    }

    memory reordered(const memory &from, const memory::desc &to) {
        memory m = make(to), source = from;
        dnnl::reorder(source, m).execute(stream, source, m);
        stream.wait();
        return m;
    }
};

// A memory's copy in another format, to be made again and again.
struct Reorder {
    memory from, to;
    dnnl::reorder primitive;

    Reorder(const memory &from, const memory &to) : from(from), to(to), primitive(from, to) {}

    void execute(dnnl::stream &stream) {
        primitive.execute(stream, from, to);
        stream.wait();
    }
};

float *data(const memory &m) { return static_cast<float *>(m.get_data_handle()); }

void write(std::ofstream &file, const float *v, size_t n) {
    file.write(reinterpret_cast<const char *>(v), n * sizeof(float));
}

// n columns of [T, N, width], from data on.
struct Columns {
    float *data;
    long width;
};

enum class Put { over, add };

// Copies or adds n columns, each sequence turned round. What is put over has zeros in the
// padding.
void turn(const Case &c, Columns to, Columns from, long n, Put put) {
#pragma omp parallel for collapse(2) schedule(static)
    for (long t = 0; t < c.steps; t++) {
        for (long b = 0; b < c.batch; b++) {
            float *row = to.data + (t * c.batch + b) * to.width;
            const long s = c.lengths[b] - 1 - t;
            if (s < 0) {
                if (put == Put::over) std::fill_n(row, n, 0.0f);
                continue;
            }
            const float *source = from.data + (s * c.batch + b) * from.width;
            for (long i = 0; i < n; i++) row[i] = put == Put::over ? source[i] : row[i] + source[i];
        }
    }
}

// Values [T, N, width] and, for training, their gradient.
struct Rows {
    memory value, gradient;

    Rows() = default;
    Rows(const Context &x, long width) : value(x.make(x.rows(width, width))) {
        if (x.training) gradient = x.make(x.rows(width, width));
    }

    // The first half of the columns, in place.
    Rows left(const Context &x, long width) const {
        Rows half;
        half.value = memory(x.rows(width / 2, width), x.engine, data(value));
        if (x.training) half.gradient = memory(x.rows(width / 2, width), x.engine, data(gradient));
        return half;
    }
};

// The two versions take the same descriptors in different wrappings.
#if DNNL_VERSION_MAJOR >= 3
template <class... Descs> dnnl::lstm_forward::primitive_desc describeForward(const Context &x, Descs... descs) {
    return {x.engine, descs..., x.attributes};
}
template <class... Descs>
dnnl::lstm_backward::primitive_desc describeBackward(
        const Context &x, const dnnl::lstm_forward::primitive_desc &hint, Descs... descs) {
    return {x.engine, descs..., hint, x.attributes};
}
#else
template <class... Descs> dnnl::lstm_forward::primitive_desc describeForward(const Context &x, Descs... descs) {
    return {{descs...}, x.attributes, x.engine};
}
template <class... Descs>
dnnl::lstm_backward::primitive_desc describeBackward(
        const Context &x, const dnnl::lstm_forward::primitive_desc &hint, Descs... descs) {
    return {{descs...}, x.attributes, x.engine, hint};
}
#endif

// One LSTM primitive: layers of equal width, left to right over all steps.
class Stage {
public:
    // layers[k] points at weight_ih [4H, I], weight_hh [4H, H], bias_ih [4H], bias_hh [4H] of
    // layer k. The input of all is as wide.
    Stage(Context &x, const std::vector<const float *> &layers, long input, const Rows &in, const Rows &out);

    void forward() {
        for (Reorder &r : trained) r.execute(x.stream);
        x.execute(forwardPrimitive, forwardArguments, forwardScratch);
    }

    void backward() {
        // The primitive adds to the gradients of the weights.
        for (memory &m : gradients) std::memset(m.get_data_handle(), 0, m.get_desc().get_size());
        x.execute(backwardPrimitive, backwardArguments, backwardScratch);
    }

    // The gradients of each layer, in the order and shapes that layers has them. The
    // primitive's one bias is the sum of PyTorch's two, so its gradient is that of both.
    void writeGradients(std::ofstream &file) {
        const memory layer = x.reordered(gradients[0], layerWeights.get_desc());
        const memory iter = x.reordered(gradients[1], iterWeights.get_desc());
        const long hidden = x.c.hidden;
        for (long k = 0; k < count; k++) {
            write(file, data(layer) + k * 4 * hidden * input, 4 * hidden * input);
            write(file, data(iter) + k * 4 * hidden * hidden, 4 * hidden * hidden);
            for (int i = 0; i < 2; i++) write(file, data(gradients[2]) + k * 4 * hidden, 4 * hidden);
        }
    }

private:
    void load(const std::vector<const float *> &layers);

    Context &x;
    const long input, count; // width, layers
    memory layerWeights, iterWeights, bias; // as PyTorch has them
    dnnl::primitive forwardPrimitive, backwardPrimitive;
    Arguments forwardArguments, backwardArguments;
    memory::desc forwardScratch, backwardScratch;
    std::vector<memory> gradients; // of the weights: layer, iter, bias
    std::vector<Reorder> trained;  // weights from the backward primitive's formats to the forward one's
};

void Stage::load(const std::vector<const float *> &layers) {
    const long hidden = x.c.hidden;
    // PyTorch's [4H, I] is [4, H, I], which is ldgoi; its gates i, f, g, o are the primitive's.
    layerWeights = x.make({{count, 1, input, 4, hidden}, f32, tag::ldgoi});
    iterWeights = x.make({{count, 1, hidden, 4, hidden}, f32, tag::ldgoi});
    bias = x.make({{count, 1, 4, hidden}, f32, tag::ldgo});
    for (long k = 0; k < count; k++) {
        const float *w = layers[k];
        std::copy_n(w, 4 * hidden * input, data(layerWeights) + k * 4 * hidden * input);
        w += 4 * hidden * input;
        std::copy_n(w, 4 * hidden * hidden, data(iterWeights) + k * 4 * hidden * hidden);
        w += 4 * hidden * hidden;
        for (long i = 0; i < 4 * hidden; i++) data(bias)[k * 4 * hidden + i] = w[i] + w[4 * hidden + i];
    }
}

Stage::Stage(Context &x, const std::vector<const float *> &layers, long input, const Rows &in, const Rows &out)
    : x(x), input(input), count(layers.size()) {
    load(layers);
    const long hidden = x.c.hidden;
    const memory::desc anyLayer({count, 1, input, 4, hidden}, f32, tag::any);
    const memory::desc anyIter({count, 1, hidden, 4, hidden}, f32, tag::any);
    const memory::desc b = bias.get_desc(), src = in.value.get_desc(), dst = out.value.get_desc();
    // The states at the end are not wanted. Those at the start are zeros, which is what none
    // means; but without them lstm_backward's gradients are wrong, in 2.6.3 and in 3.2.0.
    const memory::desc none, start = x.training ? memory::desc({count, 1, x.c.batch, hidden}, f32, tag::ldnc) : none;
    const auto kind = x.training ? dnnl::prop_kind::forward_training : dnnl::prop_kind::forward_inference;
    const auto direction = dnnl::rnn_direction::unidirectional_left2right;
    const auto forward = describeForward(x, kind, direction, src, start, start, anyLayer, anyIter, b, dst, none, none);
    forwardPrimitive = dnnl::lstm_forward(forward);
    x.fitScratch(forwardScratch = forward.scratchpad_desc());
    forwardArguments = {{DNNL_ARG_SRC_LAYER, in.value}, {DNNL_ARG_DST_LAYER, out.value}, {DNNL_ARG_BIAS, bias},
        {DNNL_ARG_WEIGHTS_LAYER, x.reordered(layerWeights, forward.weights_layer_desc())},
        {DNNL_ARG_WEIGHTS_ITER, x.reordered(iterWeights, forward.weights_iter_desc())}};
    if (!x.training) return;

    const memory zeros = x.make(start), workspace = x.make(forward.workspace_desc());
    std::memset(zeros.get_data_handle(), 0, start.get_size());
    forwardArguments.insert({{DNNL_ARG_WORKSPACE, workspace}, {DNNL_ARG_SRC_ITER, zeros}, {DNNL_ARG_SRC_ITER_C, zeros}});
    const auto backward = describeBackward(x, forward, dnnl::prop_kind::backward, direction, src, start, start, anyLayer,
            anyIter, b, dst, none, none, in.gradient.get_desc(), start, start, anyLayer, anyIter, b, out.gradient.get_desc(),
            none, none);
    backwardPrimitive = dnnl::lstm_backward(backward);
    x.fitScratch(backwardScratch = backward.scratchpad_desc());
    gradients = {x.make(backward.diff_weights_layer_desc()), x.make(backward.diff_weights_iter_desc()), x.make(b)};
    backwardArguments = forwardArguments; // it wants those and more, the weights in formats of its own
    backwardArguments[DNNL_ARG_WEIGHTS_LAYER] = x.reordered(layerWeights, backward.weights_layer_desc());
    backwardArguments[DNNL_ARG_WEIGHTS_ITER] = x.reordered(iterWeights, backward.weights_iter_desc());
    backwardArguments.insert({{DNNL_ARG_DIFF_SRC_LAYER, in.gradient}, {DNNL_ARG_DIFF_SRC_ITER, x.make(start)},
        {DNNL_ARG_DIFF_SRC_ITER_C, x.make(start)}, {DNNL_ARG_DIFF_DST_LAYER, out.gradient},
        {DNNL_ARG_DIFF_WEIGHTS_LAYER, gradients[0]}, {DNNL_ARG_DIFF_WEIGHTS_ITER, gradients[1]},
        {DNNL_ARG_DIFF_BIAS, gradients[2]}});
    for (int weights : {DNNL_ARG_WEIGHTS_LAYER, DNNL_ARG_WEIGHTS_ITER})
        trained.emplace_back(backwardArguments[weights], forwardArguments[weights]);
}

// One direction: layers of equal width. Both directions: one layer, whose right-to-left
// half has copies of its input and output, their sequences turned round.
class Level {
public:
    // weights are those of the level's layers, or directions.
    Level(Context &x, const std::vector<const float *> &weights, long input, Rows in, Rows out)
        : x(x), input(input), in(in), out(out) {
        if (x.c.directions == 1) {
            stages.emplace_back(x, weights, input, in, out);
            return;
        }
        turnedIn = Rows(x, input), turnedOut = Rows(x, x.c.hidden);
        stages.emplace_back(x, std::vector{weights[0]}, input, in, out.left(x, x.c.output()));
        stages.emplace_back(x, std::vector{weights[1]}, input, turnedIn, turnedOut);
    }

    void forward() {
        const bool both = stages.size() == 2;
        if (both) turn(x.c, {data(turnedIn.value), input}, {data(in.value), input}, input, Put::over);
        for (Stage &s : stages) s.forward();
        if (both) turn(x.c, right(out.value), {data(turnedOut.value), x.c.hidden}, x.c.hidden, Put::over);
    }

    void backward() {
        const bool both = stages.size() == 2;
        if (both) turn(x.c, {data(turnedOut.gradient), x.c.hidden}, right(out.gradient), x.c.hidden, Put::over);
        for (Stage &s : stages) s.backward();
        if (both) turn(x.c, {data(in.gradient), input}, {data(turnedIn.gradient), input}, input, Put::add);
    }

    void writeGradients(std::ofstream &file) {
        for (Stage &s : stages) s.writeGradients(file);
    }

private:
    Columns right(const memory &m) const { return {data(m) + x.c.hidden, x.c.output()}; }

    Context &x;
    long input;
    Rows in, out, turnedIn, turnedOut;
    std::vector<Stage> stages;
};

// The whole network.
class Network {
public:
    Network(const Case &c, bool training) : x(c, training), in(x, c.input) {
        transpose(c.x, data(in.value), c.input);
        Rows below = in;
        const float *weights = c.weights.data();
        for (long k = 0, input = c.input; k < c.layers;) {
            // Layer 0 may be of another width; the rest of one direction fits one primitive.
            const long together = c.directions == 2 || input != c.hidden ? 1 : c.layers - k;
            std::vector<const float *> parts;
            for (long i = 0; i < together * c.directions; i++) {
                parts.push_back(weights);
                weights += 4 * c.hidden * (input + c.hidden + 2);
            }
            out = Rows(x, c.output());
            levels.emplace_back(x, parts, input, below, out);
            k += together, below = out, input = c.output();
        }
        if (training) transpose(c.dy, data(out.gradient), c.output());
    }

    void call() {
        for (Level &l : levels) l.forward();
        if (!x.training) return;
        for (size_t k = levels.size(); k-- > 0;) levels[k].backward();
    }

    double timedCall() { // in microseconds
        const auto start = std::chrono::steady_clock::now();
        call();
        return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
    }

    void check(const std::string &path) {
        call();
        std::ofstream file(path, std::ios::binary);
        writeRows(file, data(out.value), x.c.output());
        if (x.training) {
            writeRows(file, data(in.gradient), x.c.input);
            for (Level &l : levels) l.writeGradients(file);
        }
        if (!file.flush()) throw std::runtime_error("cannot write " + path);
    }

private:
    // [T, N, width] as [N, T, width], zeros in the padding.
    void writeRows(std::ofstream &file, const float *from, long width) const {
        const Case &c = x.c;
        std::vector<float> rows(c.batch * c.steps * width);
        for (long b = 0; b < c.batch; b++)
            for (long t = 0; t < c.lengths[b]; t++)
                std::copy_n(from + (t * c.batch + b) * width, width, rows.data() + (b * c.steps + t) * width);
        write(file, rows.data(), rows.size());
    }

    // [N, T, width] to [T, N, width].
    void transpose(const std::vector<float> &from, float *to, long width) const {
        for (long b = 0; b < x.c.batch; b++)
            for (long t = 0; t < x.c.steps; t++)
                std::copy_n(from.data() + (b * x.c.steps + t) * width, width, to + (t * x.c.batch + b) * width);
    }

    Context x;
    Rows in, out;
    std::vector<Level> levels;
};

std::string version() {
    const dnnl::version_t *v = dnnl::version(); // of the library that is loaded
    std::ostringstream s;
    s << v->major << "." << v->minor << "." << v->patch << (v->cpu_runtime == DNNL_RUNTIME_OMP ? " (OpenMP)" : "");
    return s.str();
}

// Not getrusage's figure, which is that of the parent where that is larger.
long peakRSS() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.compare(0, 6, "VmHWM:") == 0) return 1024 * std::strtol(line.c_str() + 6, nullptr, 10);
    throw std::runtime_error("no VmHWM in /proc/self/status");
}

// The bytes that a call asks of the C library's allocator, as JSON: null where
// bench/peers/allocations is not preloaded.
std::string allocatedByCall(Network &network) {
    const auto count = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "packedlstm_count_allocations"));
    const auto allocated = reinterpret_cast<unsigned long long (*)()>(dlsym(RTLD_DEFAULT, "packedlstm_allocated_bytes"));
    if (!count || !allocated) return "null";
    count(1);
    network.call();
    count(0);
    return std::to_string(allocated());
}

std::string quoted(const std::string &s) {
    std::string q = "\"";
    for (char c : s) {
        if (c == '"' || c == '\\') q += '\\';
        q += c < ' ' && c >= 0 ? ' ' : c;
    }
    return q + "\"";
}

void serve(int argc, char **argv, std::FILE *out) {
    std::string folder, mode;
    int threads = 1;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string name = argv[i], value = argv[i + 1];
        if (name == "--case") folder = value;
        else if (name == "--threads") threads = std::stoi(value);
        else if (name == "--mode") mode = value;
        else throw std::runtime_error("argument " + name + ": want --case, --threads or --mode");
    }
    if (mode != "forward" && mode != "training") throw std::runtime_error("--mode " + mode + ": want forward or training");
    omp_set_num_threads(threads);
    const Case c(folder);
    Network network(c, mode == "training");
    const double first = network.timedCall();
    std::fprintf(out, "{\"event\":\"ready\",\"impl\":\"onednn\",\"version\":%s,\"first_call_us\":%.3f}\n",
            quoted(version()).c_str(), first);
    std::fflush(out);
    for (std::string line; std::getline(std::cin, line); std::fflush(out)) {
        const Fields command(line);
        const std::string name = command.string("cmd");
        if (name == "quit") return;
        if (name == "check") {
            network.check(command.string("out"));
            std::fprintf(out, "{\"event\":\"checked\"}\n");
        } else if (name == "run") {
            std::vector<double> us(command.number("calls"));
            for (double &u : us) u = network.timedCall();
            std::fprintf(out, "{\"event\":\"ran\",\"us\":[");
            for (size_t i = 0; i < us.size(); i++) std::fprintf(out, i ? ",%.3f" : "%.3f", us[i]);
            std::fprintf(out, "]}\n");
        } else if (name == "memory") {
            const long peak = peakRSS();
            std::fprintf(out, "{\"event\":\"memory\",\"peak_rss_bytes\":%ld,\"allocated_bytes_per_call\":%s}\n", peak,
                    allocatedByCall(network).c_str());
        } else {
            throw std::runtime_error("command " + name + ": want check, run, memory or quit");
        }
    }
}

int main(int argc, char **argv) {
    if (argc == 2 && std::string(argv[1]) == "--version") { // the Makefile's test
        std::puts(version().c_str());
        return 0;
    }
    std::FILE *out = fdopen(dup(1), "w");
    dup2(2, 1); // what a library prints is not an answer
    try {
        serve(argc, argv, out);
        return 0;
    } catch (const std::exception &e) { // the orchestrator shows it in the peer's column
        std::fprintf(out, "{\"event\":\"error\",\"message\":%s}\n", quoted(e.what()).c_str());
        std::fflush(out);
        return 1;
    }
}
