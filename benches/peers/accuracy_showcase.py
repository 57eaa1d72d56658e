"""Synthetic Data Showcase (package `pac-synth`): its protected aggregates, which are what it publishes as tables.

It discovers the keys, and its threshold for that spends half of δ. Its conversion from ε to noise is a looser one than
zCDP's tight conversion, so each setting runs twice: with the ε of the workload as the package counts it, and, marked
`-tight`, with the larger ε that makes its own formula spend exactly the ρ which is worth ε at δ/2.
"""

import math

import accuracy as bench

bench.need("pac-synth")

from pacsynth import (  # noqa: E402
    AccuracyMode,
    Dataset,
    DpAggregateSeededParametersBuilder,
    DpAggregateSeededSynthesizer,
    FabricationMode,
)

RECORDS_SHARE = 0.005  # of ε for the number of records; the documented default
SETTINGS = {
    "showcase": (AccuracyMode.prioritize_long_combinations(), FabricationMode.uncontrolled()),
    "showcase-balanced": (AccuracyMode.balanced(), FabricationMode.uncontrolled()),
    "showcase-short-first": (AccuracyMode.prioritize_short_combinations(), FabricationMode.uncontrolled()),
    "showcase-fewest-invented": (AccuracyMode.balanced(), FabricationMode.minimize()),
}


def tight():
    """The ε to ask for so that the marginals and the number of records together spend ρ at δ/2."""
    log = math.log(2 / bench.delta)

    def spent(epsilon):
        marginals = (math.sqrt(epsilon * (1 - RECORDS_SHARE) + log) - math.sqrt(log)) ** 2
        return marginals + (RECORDS_SHARE * epsilon) ** 2 / 2

    low, high = 0.0, 100.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if spent(middle) <= bench.workload["rho_at_half_delta"] else (low, middle)
    return low


# Blanks and zeros are what the package does not count; where "not known" is a code like others, every code is a word.
blank = bench.workload["blanks"]
raw = [bench.columns] + [
    ["" if blank and code == 0 else f"v{code}" for code in row] for row in bench.rows.tolist()
]
place = {name: dimension for dimension, name in enumerate(bench.columns)}
index = {table: at for at, table in enumerate(bench.tables)}


def release(epsilon, accuracy, fabrication):
    def run():
        builder = DpAggregateSeededParametersBuilder()
        builder = builder.reporting_length(bench.workload["longest"]).epsilon(epsilon).delta(bench.delta)
        builder = builder.percentile_percentage(99).percentile_epsilon_proportion(0.01)
        builder = builder.number_of_records_epsilon_proportion(RECORDS_SHARE)
        builder = builder.accuracy_mode(accuracy).fabrication_mode(fabrication)
        synthesizer = DpAggregateSeededSynthesizer(builder.build())
        synthesizer.fit(Dataset(raw))
        values = [bench.nothing(table) for table in bench.tables]
        values[index[()]][()] = synthesizer.get_dp_number_of_records()
        for combination, count in synthesizer.get_dp_aggregates(";").items():
            parts = (part.rsplit(":v", 1) for part in combination.split(";"))
            cell = sorted((place[name], int(code)) for name, code in parts)
            values[index[tuple(dimension for dimension, _ in cell)]][tuple(code for _, code in cell)] = count
        return values, None

    return run


stretched = tight()
bench.note(f"epsilon {bench.epsilon} as it counts itself; {stretched:.3f} where marked -tight; no error bars")
TIGHT = ("showcase", "showcase-balanced", "showcase-short-first")
runs = [(name, bench.epsilon, setting) for name, setting in SETTINGS.items()]
runs += [(f"{name}-tight", stretched, SETTINGS[name]) for name in TIGHT]
for at, (variant, epsilon, setting) in enumerate(runs):
    bench.repeat(variant, "discovered", release(epsilon, *setting), share=1 / (len(runs) - at))
