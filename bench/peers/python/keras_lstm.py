"""Keras's LSTM with a mask, in a tf.function, on TensorFlow.

Compiled by XLA (jit_compile) it is 1.2 to 1.7 times as fast forward, in training 0.6 to 1.3 times
(even8_h256, even64_h512, even32_h256_bi2 on a Xeon), so there it is not. Unrolled it is as fast or slower
than by XLA, takes up to 20 s to start, and its backward layer is wrong under a mask. Two threads
between operations would be a second core.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import tensorflow as tf

import protocol


def build(case, args):
    tf.config.threading.set_intra_op_parallelism_threads(args.threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    training = args.mode == "training"
    x, dy, mask = tf.Variable(case.x), tf.constant(case.dy), tf.constant(case.mask())
    layers, cells = [], []
    for tensors in case.weights:
        parts = [keras.layers.LSTM(case.hidden, return_sequences=True, go_backwards=d == 1) for d in range(case.directions)]
        layer = keras.layers.Bidirectional(parts[0], backward_layer=parts[1]) if case.directions == 2 else parts[0]
        layer.build((case.batch, case.steps, tensors[0][0].shape[1]))
        # Keras: kernels [in, 4H], gate order i, f, c, o, one bias.
        values = [v for ih, hh, bih, bhh in tensors for v in (ih.T, hh.T, bih + bhh)]
        layer.set_weights(values)
        layers.append(layer)
    variables = [v.value for layer in layers for v in layer.trainable_variables]

    def run():
        y = x
        for layer in layers:
            y = layer(y, mask=mask, training=training)
        return y

    @tf.function(jit_compile=True)
    def forward():
        return run(), []

    @tf.function(jit_compile=False)
    def both():
        with tf.GradientTape() as tape:
            y = run()
        return y, tape.gradient(y, variables + [x], output_gradients=dy)

    last = {}

    def call():
        last["y"], last["gradients"] = both() if training else forward()

    def outputs():
        gradients = [g.numpy() for g in last["gradients"]]
        dx, weights = gradients[-1:], gradients[:-1]
        for ih, hh, bias in zip(weights[::3], weights[1::3], weights[2::3]):
            dx += [ih.T, hh.T, bias, bias]
        return last["y"].numpy(), dx

    return f"{keras.__version__} on TensorFlow {tf.__version__}", call, outputs


if __name__ == "__main__":
    protocol.serve("keras", build)
