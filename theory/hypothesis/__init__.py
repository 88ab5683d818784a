"""The Graphon Limit Hypothesis, tested: what the limits of masks depend on."""

from typing import TYPE_CHECKING

from sparse_limits.theory.lazy import lazily

if TYPE_CHECKING:
    from sparse_limits.theory.hypothesis.critical_density import critical_density as critical_density
    from sparse_limits.theory.hypothesis.further.deviations import flow_deviations as flow_deviations
    from sparse_limits.theory.hypothesis.further.hidden_snip import hidden_snip as hidden_snip
    from sparse_limits.theory.hypothesis.further.rows_in_the_limit import rows_in_the_limit as rows_in_the_limit
    from sparse_limits.theory.hypothesis.further.sign_in_the_limit import sign_in_the_limit as sign_in_the_limit
    from sparse_limits.theory.hypothesis.further.sorted_means import sorted_means as sorted_means
    from sparse_limits.theory.hypothesis.labels import labels_in_the_limit as labels_in_the_limit
    from sparse_limits.theory.hypothesis.rounds import rounds as rounds
    from sparse_limits.theory.hypothesis.sorted_histograms import sorted_histograms as sorted_histograms
    from sparse_limits.theory.hypothesis.variances import graphon_as_variance as graphon_as_variance
else:
    lazily(__name__)
