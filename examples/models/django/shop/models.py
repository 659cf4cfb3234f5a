"""The models of the application."""

from django.db import models


class Tag(models.Model):
    word = models.CharField(max_length=50, unique=True)


class User(models.Model):
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100, null=True)


class Order(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, db_index=False)
    tags = models.ManyToManyField(Tag)
    total = models.DecimalField(max_digits=10, decimal_places=2)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(total__gte=0), name="order_total_positive")]
